// Queues as they are now: who waits, in their order; how many agents serve them; how good the service is today.
import { Badge, Card, Group, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Since } from '@/components/timer';
import { QuarterBars } from '@/features/live/quarter-bars';
import { State } from '@/features/queues/queues-page';
import { useQuarters } from '@/features/queues/queues-api';
import { WaitingTable } from '@/features/live/waiting-table';
import { clock, count, share } from '@/lib/format';
import { useAllowed } from '@/lib/session';
import type { FiguresRow } from '@/lib/queue-records';
import type { AgentView, QueueView } from '@/lib/views';

const HOURS = 6;
const NEVER_S = 2_147_483_647; // as long a wait as nobody serves it

export function QueueCards({ queues, agents }: { queues: QueueView[]; agents: Record<string, AgentView> }) {
  const reads = useAllowed()('reports:read');
  const report = useQuarters(HOURS).data;
  const busiest = queues.toSorted((a, b) => b.waiting_count - a.waiting_count || a.name.localeCompare(b.name));
  const quarters = (id: number) => report?.quarters.filter((row) => row.queue_id === id) ?? [];
  return (
    <SimpleGrid cols={{ base: 1, xl: 2 }} spacing="sm">
      {busiest.map((queue) => <QueueCard key={queue.queue_id} queue={queue} agents={agents} quarters={reads ? quarters(queue.queue_id) : []} fromS={report?.from_utc_s ?? 0} />)}
    </SimpleGrid>
  );
}

function QueueCard({ queue, agents, quarters, fromS }: { queue: QueueView; agents: Record<string, AgentView>; quarters: FiguresRow[]; fromS: number }) {
  const { t } = useTranslation();
  const nobody = queue.agents_logged === 0;
  const wait = queue.wait_s >= NEVER_S ? '–' : clock(queue.wait_s);
  const tiles: [string, React.ReactNode, boolean][] = [
    [t('queue.waiting'), count(queue.waiting_count), queue.waiting_count > 0],
    [t('queue.longest'), queue.longest_since_utc_s === null ? '–' : <Since key="since" utcS={queue.longest_since_utc_s} />, false],
    [t('queue.estimate'), wait, false],
    [t('queue.agents'), `${count(queue.agents_free)} / ${count(queue.agents_logged)}`, nobody && queue.waiting_count > 0],
  ];
  const figures: [string, string][] = [
    [t('queue.talking'), count(queue.talking)],
    [t('queue.entered'), count(queue.entered)],
    [t('queue.answered'), count(queue.answered)],
    [t('queue.abandoned'), count(queue.abandoned)],
    [t('queue.sentOn'), count(queue.sent_on)],
    [t('queue.answerMean'), queue.answered === 0 ? '–' : clock(queue.answer_wait_mean_s)],
  ];
  return (
    <Card withBorder padding="md" component="article" aria-label={queue.name}>
      <Group gap="sm" mb="xs">
        <Title order={3} size="h5">{queue.name}</Title>
        <State closed={queue.closed} />
        {nobody && <Badge variant="light" tt="none" color="orange">{t('queue.noAgents')}</Badge>}
      </Group>
      <div className="queue-tiles">
        {tiles.map(([title, value, loud]) => (
          <div key={title}>
            <Text size="xs" c="dimmed">{title}</Text>
            <Text fz={28} fw={700} lh={1.2} className="nums" c={loud ? 'orange' : undefined}>{value}</Text>
          </div>
        ))}
      </div>
      <Stack gap={6} mt="sm">
        {queue.levels.map((level, index) => <Level key={queue.level_s[index]! + index} level={level} withinS={queue.level_s[index]!} />)}
      </Stack>
      <dl className="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <Text size="xs" c="dimmed" component="dt">{name}</Text>
            <Text fw={600} className="nums" component="dd" m={0}>{value}</Text>
          </div>
        ))}
      </dl>
      {quarters.length > 0 && <QuarterBars quarters={quarters} fromS={fromS} hours={HOURS} name={queue.name} />}
      {queue.waiting.length > 0 && <WaitingTable queue={queue} agents={agents} />}
    </Card>
  );
}

const GOOD = 0.8;
const FAIR = 0.6;

/** The share of callers who were answered within the threshold, in text, colour and length. */
function Level({ level, withinS }: { level: number | null; withinS: number }) {
  const { t } = useTranslation();
  const text = t('queue.levelWithin', { seconds: withinS });
  const value = level ?? 0;
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{text}</Text>
        <Text size="sm" fw={600} className="nums">{share(level) || t('queue.nobodyYet')}</Text>
      </Group>
      <Progress value={value * 100} color={value >= GOOD ? 'teal' : value >= FAIR ? 'yellow' : 'red'} aria-label={text} />
    </div>
  );
}
