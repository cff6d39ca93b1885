// Queues, each with who waits in it now.
import { Anchor, Badge, Button, Group, Switch, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ConfirmButton } from '@/components/confirm-button';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { Since } from '@/components/timer';
import { Ageing } from '@/features/queues/ageing';
import { useEmergency } from '@/features/queues/queues-api';
import { useRemove, useRowsOf } from '@/lib/crud';
import { count, share } from '@/lib/format';
import { useLive, useLiveFeed } from '@/lib/live/store';
import type { Queue } from '@/lib/queue-records';
import { useAllowed } from '@/lib/session';
import type { QueueView } from '@/lib/views';

export default function QueuesPage() {
  const { t } = useTranslation();
  useLiveFeed();
  const views = useLive((now) => now.feed.queues);
  const queues = useRowsOf<Queue>('/api/queues');
  const remove = useRemove('/api/queues');
  const writes = useAllowed()('queues:write');
  const add = writes ? <Button component={Link} to="/queues/new">{t('queues.create')}</Button> : undefined;
  const live = (queue: Queue): QueueView | undefined => views[String(queue.queue_id)];
  return (
    <Page title={t('nav.queues')} text={t('queues.text')} actions={add}>
      <Loaded query={queues}>
        {(rows) =>
          rows.length === 0 ? <Empty text={t('queues.empty')}>{add}</Empty> : (
            <Rows
              name={t('nav.queues')}
              rows={rows}
              id={(queue) => queue.queue_id}
              minWidth={980}
              columns={[
                { title: t('common.name'), cell: (queue) => <Anchor component={Link} to={`/queues/${queue.queue_id}`} underline="always">{queue.name}</Anchor> },
                { title: t('queues.state'), cell: (queue) => <State closed={queue.opening.emergency ? 'emergency' : live(queue)?.closed} /> },
                { title: t('queue.waiting'), cell: (queue) => count(live(queue)?.waiting_count ?? 0), right: true },
                { title: t('queue.longest'), cell: (queue) => <Longest view={live(queue)} />, right: true },
                { title: t('queue.level'), cell: (queue) => share(live(queue)?.levels[0] ?? null) || '–', right: true },
                { title: t('queue.agents'), cell: (queue) => <span>{count(live(queue)?.agents_free ?? 0)} / {count(live(queue)?.agents_logged ?? 0)}</span>, right: true },
                { title: t('queues.served'), cell: (queue) => <Served queue={queue} /> },
                ...(writes
                  ? [
                      { title: t('queues.emergency'), cell: (queue: Queue) => <EmergencySwitch queue={queue} /> },
                      { title: t('common.actions'), cell: (queue: Queue) => <ConfirmButton size="xs" variant="subtle" color="red" label={t('common.delete')} what={queue.name} question={t('queues.deleteQuestion', { name: queue.name })} onConfirm={() => remove.mutate(queue.queue_id)} /> },
                    ]
                  : []),
              ]}
            />
          )
        }
      </Loaded>
      <Ageing writes={writes} />
    </Page>
  );
}

const SHOWN_MAX = 4;

/** By whom: its skills, and how many members it has. */
function Served({ queue }: { queue: Queue }) {
  const { t } = useTranslation();
  const nobody = queue.skills.length === 0 && queue.members.length === 0;
  return (
    <Group gap={4}>
      {queue.skills.slice(0, SHOWN_MAX).map((need) => <Badge key={need.skill} variant="light" tt="none" color="gray">{need.skill} {need.level}</Badge>)}
      {queue.members.length > 0 && <Text size="sm">{t('queues.members', { count: queue.members.length })}</Text>}
      {nobody && <Text size="sm" c="orange">{t('queues.nobody')}</Text>}
    </Group>
  );
}

export function State({ closed }: { closed: string | undefined }) {
  const { t } = useTranslation();
  if (closed === undefined) return null;
  return <Badge variant="light" tt="none" miw="max-content" color={closed === '' ? 'green' : closed === 'emergency' ? 'red' : 'gray'}>{t(closed === '' ? 'queues.open' : `closed.${closed}`)}</Badge>;
}

function Longest({ view }: { view: QueueView | undefined }) {
  return view?.longest_since_utc_s == null ? '–' : <Since utcS={view.longest_since_utc_s} />;
}

function EmergencySwitch({ queue }: { queue: Queue }) {
  const { t } = useTranslation();
  const emergency = useEmergency();
  return (
    <Switch
      aria-label={t('queues.emergencyOf', { name: queue.name })}
      color="red"
      checked={queue.opening.emergency}
      disabled={emergency.isPending}
      onChange={(event) => emergency.mutate({ id: queue.queue_id, on: event.currentTarget.checked })}
    />
  );
}
