// The attempts report: every number that was called, with its outcome.
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty, Loaded, Page } from '@/components/page';
import { AttemptDrawer } from '@/features/attempts/attempt-drawer';
import { AttemptFilters } from '@/features/attempts/attempt-filters';
import { AttemptTable } from '@/features/attempts/attempt-table';
import { exportPath, useAttempts, useSummary, type Filters } from '@/features/attempts/attempts-api';
import { SummaryBars } from '@/features/attempts/summary-bars';
import type { AttemptRow } from '@/lib/records';

export default function AttemptsPage() {
  const { t } = useTranslation();
  const [filters, setFilters] = useState<Filters>({});
  const [shown, setShown] = useState<AttemptRow | null>(null);
  const attempts = useAttempts(filters);
  const summary = useSummary(filters);
  const rows = attempts.data?.pages.flatMap((page) => page.rows) ?? [];
  const downloads = ['csv', 'xlsx'].map((format) => (
    <Button key={format} component="a" href={exportPath(filters, format)} download variant="default">{t(`download.${format}`)}</Button>
  ));
  const refresh = () => {
    void attempts.refetch();
    void summary.refetch();
  };
  return (
    <Page title={t('nav.attempts')} text={t('attempts.text')} actions={<><Button variant="default" onClick={refresh} loading={attempts.isRefetching}>{t('common.refresh')}</Button>{downloads}</>}>
      <AttemptFilters filters={filters} onFilters={setFilters} />
      <Loaded query={summary}>{(figures) => (figures.attempts === 0 ? null : <SummaryBars summary={figures} />)}</Loaded>
      <Loaded query={{ data: attempts.data, error: attempts.error, isPending: attempts.isPending }}>
        {() => (rows.length === 0 ? <Empty text={t(Object.values(filters).some((value) => value != null) ? 'attempts.nothing' : 'attempts.empty')} /> : <AttemptTable rows={rows} onShow={setShown} />)}
      </Loaded>
      {attempts.hasNextPage && (
        <Group><Button variant="default" onClick={() => void attempts.fetchNextPage()} loading={attempts.isFetchingNextPage}>{t('common.more')}</Button></Group>
      )}
      <AttemptDrawer attempt={shown} onClose={() => setShown(null)} />
    </Page>
  );
}
