import { useTranslation } from 'react-i18next';
import { CallFilters, FilterRow } from '@/components/call-filters';
import type { RecordingFilters as Filters } from '@/features/recordings/recordings-api';
import { useRowsOf } from '@/lib/crud';
import type { Queue } from '@/lib/queue-records';
import type { Agent } from '@/lib/records';

export function RecordingFilters({ filters, onFilters }: { filters: Filters; onFilters: (change: (old: Filters) => Filters) => void }) {
  const { t } = useTranslation();
  const queues = useRowsOf<Queue>('/api/queues').data ?? [];
  const agents = useRowsOf<Agent>('/api/agents').data ?? [];
  const set = (change: Filters) => onFilters((old) => ({ ...old, ...change }));
  return (
    <CallFilters onChange={set}>
      <FilterRow label={t('caller.queue')} rows={queues.map((queue) => [queue.queue_id, queue.name])} value={filters.queue_id} onChange={(queue_id) => set({ queue_id })} />
      <FilterRow label={t('attempt.agent')} rows={agents.map((agent) => [agent.agent_id, agent.name])} value={filters.agent_id} onChange={(agent_id) => set({ agent_id })} />
    </CallFilters>
  );
}
