// What happens now: figures, runs, agents, calls. All of it moves by the live feed.
import { Button, Card, Loader, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Empty, Page } from '@/components/page';
import { AgentGrid } from '@/features/live/agent-grid';
import { CallTable } from '@/features/live/call-table';
import { QueueCards } from '@/features/live/queue-cards';
import { RunCards } from '@/features/live/run-cards';
import { Sparkline, useHistory } from '@/features/live/sparkline';
import { useOwnAgent } from '@/features/live/supervision';
import { SupervisionBar } from '@/features/live/supervision-bar';
import { SupervisionRule } from '@/features/live/supervision-rule';
import { useLive, useLiveFeed } from '@/lib/live/store';
import { count } from '@/lib/format';
import type { AgentView, CallView, SystemView } from '@/lib/views';

export default function LivePage() {
  const { t } = useTranslation();
  useLiveFeed();
  const { feed, status } = useLive();
  const known = feed.seq >= 0;
  const agents = Object.values(feed.agents);
  const own = useOwnAgent(agents);
  const calls = Object.values(feed.calls);
  const runs = Object.values(feed.runs);
  const queues = Object.values(feed.queues);
  const system = Object.values(feed.system)[0] ?? null;
  return (
    <Page title={t('nav.live')} text={t(`live.${status}`)} actions={queues.length > 0 && <Button component={Link} to="/wallboard" variant="default">{t('wallboard.show')}</Button>}>
      {!known ? <Loader aria-label={t('shell.loading')} /> : (
        <Stack gap="lg">
          {own?.supervises != null && <SupervisionBar on={own.supervises} />}
          <Tiles agents={agents} calls={calls} system={system} />
          {queues.length > 0 && (
            <section aria-label={t('nav.queues')}>
              <Title order={2} size="h4" mb="xs">{t('nav.queues')}</Title>
              <QueueCards queues={queues} agents={feed.agents} />
            </section>
          )}
          <section aria-label={t('live.runs')}>
            <Title order={2} size="h4" mb="xs">{t('live.runs')}</Title>
            {runs.length === 0 && queues.length > 0 ? <Text c="dimmed">{t('live.noRuns')}</Text> : runs.length === 0 ? <Empty text={t('live.noRuns')}><Button component={Link} to="/campaigns">{t('nav.campaigns')}</Button></Empty> : <RunCards runs={runs} />}
          </section>
          <section aria-label={t('live.agents')}>
            <Title order={2} size="h4" mb="xs">{t('live.agents')}</Title>
            {agents.length === 0 ? <Empty text={t('live.noAgents')} /> : <AgentGrid agents={agents} calls={feed.calls} own={own} />}
            {agents.length > 0 && <SupervisionRule seated={own !== null} />}
          </section>
          <section aria-label={t('live.calls')}>
            <Title order={2} size="h4" mb="xs">{t('live.calls')} ({count(calls.length)})</Title>
            {calls.length === 0 ? <Text c="dimmed">{t('live.noCalls')}</Text> : <CallTable calls={calls} agents={feed.agents} />}
          </section>
        </Stack>
      )}
    </Page>
  );
}

const TALKING = new Set(['talking', 'held']);
const DOWN = new Set(['reserved', 'planned', 'ended']); // looked at before, or wrapped up after

function Tiles({ agents, calls, system }: { agents: AgentView[]; calls: CallView[]; system: SystemView | null }) {
  const { t } = useTranslation();
  const up = calls.filter((call) => !DOWN.has(call.state)).length;
  const talking = calls.filter((call) => TALKING.has(call.state)).length;
  const waiting = calls.filter((call) => call.state === 'waiting').length;
  const states = (state: string) => agents.filter((agent) => agent.state === state).length;
  const history = useHistory(up, talking);
  const trunks = Object.entries(system?.trunks ?? {});
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
      <Tile title={t('live.callsUp')} value={count(up)} text={t('live.talkingNow', { count: talking })}>
        <Sparkline history={history} label={t('live.spark')} />
      </Tile>
      <Tile title={t('live.waiting')} value={count(waiting)} text={t('live.waitingText')} />
      <Tile title={t('live.available')} value={count(states('available'))} text={t('live.agentsText', { contact: states('on_contact'), acw: states('acw'), paused: states('not_ready') })} />
      <Tile title={t('live.trunks')} value={trunks.map(([, [used, capacity]]) => `${used}/${capacity}`).join('  ') || '–'} text={system === null ? '' : t(system.pbx_up ? (system.store_up ? (system.recording_room === false ? 'live.diskFull' : 'live.allUp') : 'live.storeDown') : 'live.pbxDown')}>
        {trunks.map(([name, [used, capacity]]) => (
          <div key={name}>
            <Text size="xs">{name}</Text>
            <div className="level" role="meter" aria-label={name} aria-valuenow={used} aria-valuemin={0} aria-valuemax={capacity}>
              <div style={{ width: `${capacity === 0 ? 0 : Math.min(100, (used / capacity) * 100)}%` }} />
            </div>
          </div>
        ))}
      </Tile>
    </SimpleGrid>
  );
}

function Tile({ title, value, text, children }: { title: string; value: string; text: string; children?: React.ReactNode }) {
  return (
    <Card withBorder padding="md">
      <Text size="sm" c="dimmed">{title}</Text>
      <Text fz={32} fw={700} className="nums" lh={1.2}>{value}</Text>
      <Text size="sm">{text}</Text>
      {children}
    </Card>
  );
}
