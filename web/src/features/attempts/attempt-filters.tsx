import { useTranslation } from 'react-i18next';
import { CallFilters, FilterRow, FilterSelect } from '@/components/call-filters';
import type { Filters } from '@/features/attempts/attempts-api';
import { useRowsOf } from '@/lib/crud';
import { OUTCOMES, type Agent, type CampaignRow, type ContactList } from '@/lib/records';

export function AttemptFilters({ filters, onFilters }: { filters: Filters; onFilters: (change: (old: Filters) => Filters) => void }) {
  const { t } = useTranslation();
  const campaigns = useRowsOf<CampaignRow>('/api/campaigns').data ?? [];
  const lists = useRowsOf<ContactList>('/api/lists').data ?? [];
  const agents = useRowsOf<Agent>('/api/agents').data ?? [];
  const set = (change: Filters) => onFilters((old) => ({ ...old, ...change }));
  return (
    <CallFilters onChange={set}>
      <FilterRow label={t('attempt.campaign')} rows={campaigns.map((row) => [row.campaign.campaign_id, row.campaign.name])} value={filters.campaign_id} onChange={(campaign_id) => set({ campaign_id })} />
      <FilterRow label={t('attempt.list')} rows={lists.map((list) => [list.list_id, list.name])} value={filters.list_id} onChange={(list_id) => set({ list_id })} />
      <FilterRow label={t('attempt.agent')} rows={agents.map((agent) => [agent.agent_id, agent.name])} value={filters.agent_id} onChange={(agent_id) => set({ agent_id })} />
      <FilterSelect label={t('attempt.outcome')} data={OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) }))} value={filters.outcome} onChange={(outcome) => set({ outcome })} />
    </CallFilters>
  );
}
