// The audit log: what people did that is kept for good.
import { Anchor, Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { useAudit, type AuditFilters as Filters } from '@/features/audit/audit-api';
import { AuditFilters } from '@/features/audit/audit-filters';
import { dateTime, phone } from '@/lib/format';
import type { AuditRow } from '@/lib/audit-records';

export default function AuditPage() {
  const { t } = useTranslation();
  const [filters, setFilters] = useState<Filters>({});
  const audit = useAudit(filters);
  const rows = audit.data?.pages.flatMap((page) => page.rows) ?? [];
  const filtered = Object.values(filters).some((value) => value != null);
  return (
    <Page title={t('nav.audit')} text={t('audit.text')} actions={<Button variant="default" onClick={() => void audit.refetch()} loading={audit.isRefetching}>{t('common.refresh')}</Button>}>
      <AuditFilters filters={filters} onFilters={setFilters} />
      <Loaded query={{ data: audit.data, error: audit.error, isPending: audit.isPending }}>
        {() => (rows.length === 0 ? <Empty text={t(filtered ? 'audit.nothing' : 'audit.empty')} /> : <Entries rows={rows} />)}
      </Loaded>
      {audit.hasNextPage && (
        <Group><Button variant="default" onClick={() => void audit.fetchNextPage()} loading={audit.isFetchingNextPage}>{t('common.more')}</Button></Group>
      )}
    </Page>
  );
}

function Entries({ rows }: { rows: AuditRow[] }) {
  const { t } = useTranslation();
  return (
    <Rows
      name={t('nav.audit')}
      rows={rows}
      id={(row) => row.entry_id}
      minWidth={900}
      columns={[
        { title: t('audit.at'), cell: (row) => <span className="line">{dateTime(row.at_utc_s)}</span> },
        { title: t('audit.who'), cell: (row) => row.user_name ?? row.agent_name ?? t('audit.gone') },
        { title: t('audit.what'), cell: (row) => t(`audited.${row.what}`, { defaultValue: row.what }) },
        { title: t('audit.subject'), cell: (row) => <Subject row={row} /> },
        { title: t('attempt.number'), cell: (row) => <span className="nums line">{phone(row.number)}</span> },
        { title: t('attempt.contact'), cell: (row) => (row.contact_id === null ? '' : <Anchor component={Link} underline="always" to={`/contacts/${row.contact_id}`}>{row.contact_name || t('audit.unnamed')}</Anchor>) },
        { title: t('attempt.campaign'), cell: (row) => (row.campaign_id === null ? '' : <Anchor component={Link} underline="always" to={`/campaigns/${row.campaign_id}`}>{row.campaign_name}</Anchor>) },
      ]}
    />
  );
}

/** Of a change what it was and is, of a log-in where it came from. */
function Subject({ row }: { row: AuditRow }) {
  const { t } = useTranslation();
  if (row.subject == null) return <>{row.address ?? ''}</>;
  const detail = row.detail;
  const names = detail === null ? [] : [...new Set([...Object.keys(detail.before), ...Object.keys(detail.after)])];
  return (
    <>
      <Text size="sm">{row.subject}{detail?.rows != null && `: ${t('audit.rows', { count: detail.rows })}`}</Text>
      {row.what === 'changed' && names.map((name) => (
        <Text key={name} size="xs" c="dimmed" lineClamp={3}>{`${name}: ${shown(detail?.before[name])} → ${shown(detail?.after[name])}`}</Text>
      ))}
    </>
  );
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value ?? null));
