import { useTranslation } from 'react-i18next';
import { CallFilters, FilterRow, FilterSelect } from '@/components/call-filters';
import type { CallerFilters as Filters } from '@/features/callers/callers-api';
import { useRowsOf } from '@/lib/crud';
import { CALLER_OUTCOMES, type Queue } from '@/lib/queue-records';
import type { Agent } from '@/lib/records';

export function CallerFilters({ filters, onFilters }: { filters: Filters; onFilters: (change: (old: Filters) => Filters) => void }) {
  const { t } = useTranslation();
  const queues = useRowsOf<Queue>('/api/queues').data ?? [];
  const agents = useRowsOf<Agent>('/api/agents').data ?? [];
  const set = (change: Filters) => onFilters((old) => ({ ...old, ...change }));
  return (
    <CallFilters onChange={set}>
      <FilterRow label={t('caller.queue')} rows={queues.map((queue) => [queue.queue_id, queue.name])} value={filters.queue_id} onChange={(queue_id) => set({ queue_id })} />
      <FilterRow label={t('attempt.agent')} rows={agents.map((agent) => [agent.agent_id, agent.name])} value={filters.agent_id} onChange={(agent_id) => set({ agent_id })} />
      <FilterSelect label={t('attempt.outcome')} data={CALLER_OUTCOMES.map((value) => ({ value, label: t(`callerOutcome.${value}`) }))} value={filters.outcome} onChange={(outcome) => set({ outcome })} />
    </CallFilters>
  );
}
