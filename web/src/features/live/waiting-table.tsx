// Who waits in one queue, best first, with what a supervisor can do for them.
import { Badge, Button, Group, Table, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '@/components/confirm-button';
import { done, failed } from '@/components/notify';
import { Since } from '@/components/timer';
import { AssignMenu } from '@/features/live/assign-menu';
import { api } from '@/lib/api';
import { count, phone } from '@/lib/format';
import { useRowsOf } from '@/lib/crud';
import type { Queue } from '@/lib/queue-records';
import { useAllowed } from '@/lib/session';
import type { AgentView, QueueView, WaitingView } from '@/lib/views';

const SHOWN_MAX = 20;
const HEIGHT_MAX_PX = 320;

export function WaitingTable({ queue, agents }: { queue: QueueView; agents: Record<string, AgentView> }) {
  const { t } = useTranslation();
  const acts = useAllowed()('callers:write');
  const settings = useRowsOf<Queue>('/api/queues').data?.find((one) => one.queue_id === queue.queue_id);
  const label = t('queue.waitingIn', { name: queue.name });
  const more = queue.waiting_count - Math.min(queue.waiting.length, SHOWN_MAX);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keys
    <div className="scroll" style={{ maxHeight: HEIGHT_MAX_PX }} tabIndex={0} role="region" aria-label={label}>
      <Table verticalSpacing={4} mt="sm" aria-label={label} miw={360}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('queue.place')}</Table.Th>
            <Table.Th>{t('attempt.number')}</Table.Th>
            <Table.Th>{t('queue.stateAndAge')}</Table.Th>
            {acts && <Table.Th>{t('common.actions')}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {queue.waiting.slice(0, SHOWN_MAX).map((one, index) => (
            <Table.Tr key={one.entry}>
              <Table.Td className="nums">{index + 1}</Table.Td>
              <Table.Td><span className="nums line">{one.number === '' ? t('caller.withheld') : phone(one.number)}</span>{one.name !== '' && <Text size="xs" c="dimmed">{one.name}</Text>}</Table.Td>
              <Table.Td><EntryState one={one} agents={agents} /><Text size="sm" mt={2}><Since utcS={one.since_utc_s} /></Text></Table.Td>
              {acts && <Table.Td><Acts one={one} external={settings?.dispatch === 'external'} queueId={queue.queue_id} agents={agents} /></Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {more > 0 && <Text size="sm" c="dimmed">{t('queue.more', { count: more, number: count(more) })}</Text>}
    </div>
  );
}

function EntryState({ one, agents }: { one: WaitingView; agents: Record<string, AgentView> }) {
  const { t } = useTranslation();
  const agent = one.agent_id === null ? '' : (agents[String(one.agent_id)]?.name ?? '');
  return (
    <>
      <Badge variant="light" tt="none" miw="max-content" color={one.state === 'offered' ? 'blue' : one.callback ? 'violet' : 'orange'}>{t(`entryState.${one.state}`)}</Badge>
      {agent !== '' && <Text size="xs" c="dimmed">{agent}</Text>}
    </>
  );
}

function Acts({ one, external, queueId, agents }: { one: WaitingView; external: boolean; queueId: number; agents: Record<string, AgentView> }) {
  const { t } = useTranslation();
  const callBack = useMutation({ mutationFn: () => api.post<void>(`/api/callers/${one.entry}/callback`, {}), onError: failed, onSuccess: () => done(t('queue.willBeCalled')) });
  const number = phone(one.number);
  return (
    <Group gap={4}>
      {external && <AssignMenu entry={one.entry} number={number} queueId={queueId} agents={agents} />}
      {one.callback ? null : one.number === '' ? <Button size="xs" variant="subtle" disabled>{t('queue.callBack')}</Button> : <ConfirmButton size="xs" variant="subtle" label={t('queue.callBack')} what={number} question={t('queue.callBackQuestion', { number })} onConfirm={() => callBack.mutate()} />}
    </Group>
  );
}
