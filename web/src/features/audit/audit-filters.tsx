// Whose acts, of which kind, and when.
import { Card, Group, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { TimeSpan } from '@/components/time-span';
import type { AuditFilters as Filters } from '@/features/audit/audit-api';
import { useRowsOf } from '@/lib/crud';
import { AUDITED, type Audited } from '@/lib/audit-records';
import type { Agent } from '@/lib/records';

export function AuditFilters({ filters, onFilters }: { filters: Filters; onFilters: (change: (old: Filters) => Filters) => void }) {
  const { t } = useTranslation();
  const agents = useRowsOf<Agent>('/api/agents').data ?? [];
  const set = (change: Filters) => onFilters((old) => ({ ...old, ...change }));
  const clear = { clearable: true, clearButtonProps: { 'aria-label': t('common.clear') }, w: 220, placeholder: t('attempts.all') };
  return (
    <Card withBorder padding="sm" component="section" aria-label={t('audit.filters')}>
      <Group align="flex-end" gap="sm">
        <Select {...clear} label={t('audit.who')} searchable data={agents.map((agent) => ({ value: String(agent.agent_id), label: agent.name }))} value={filters.agent_id == null ? null : String(filters.agent_id)} onChange={(id) => set({ agent_id: id === null ? null : Number(id) })} />
        <Select {...clear} label={t('audit.what')} data={AUDITED.map((value) => ({ value, label: t(`audited.${value}`) }))} value={filters.what ?? null} onChange={(what) => set({ what: what as Audited | null })} />
        <TimeSpan onChange={set} />
      </Group>
    </Card>
  );
}
