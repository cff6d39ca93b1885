// The callers' report: everybody who called, and everybody who was called back.
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Empty, Loaded, Page } from '@/components/page';
import { CallerDrawer } from '@/features/callers/caller-drawer';
import { CallerFilters } from '@/features/callers/caller-filters';
import { CallerTable } from '@/features/callers/caller-table';
import { exportPath, useCallers, type CallerFilters as Filters } from '@/features/callers/callers-api';
import { QueueTotals } from '@/features/callers/queue-totals';
import type { CallerRow } from '@/lib/queue-records';

export default function CallersPage() {
  const { t } = useTranslation();
  const [filters, setFilters] = useState<Filters>({});
  const [shown, setShown] = useState<CallerRow | null>(null);
  const callers = useCallers(filters);
  const rows = callers.data?.pages.flatMap((page) => page.rows) ?? [];
  const filtered = Object.values(filters).some((value) => value != null);
  const downloads = ['csv', 'xlsx'].map((format) => (
    <Button key={format} component="a" href={exportPath(filters, format)} download variant="default">{t(`download.${format}`)}</Button>
  ));
  return (
    <Page title={t('nav.callers')} text={t('callers.text')} actions={<><Button variant="default" onClick={() => void callers.refetch()} loading={callers.isRefetching}>{t('common.refresh')}</Button>{downloads}</>}>
      <QueueTotals />
      <CallerFilters filters={filters} onFilters={setFilters} />
      <Loaded query={{ data: callers.data, error: callers.error, isPending: callers.isPending }}>
        {() =>
          rows.length > 0 ? <CallerTable rows={rows} onShow={setShown} />
          : filtered ? <Empty text={t('callers.nothing')} />
          : <Empty text={t('callers.empty')}><Button component={Link} to="/numbers">{t('nav.numbers')}</Button></Empty>
        }
      </Loaded>
      {callers.hasNextPage && <Group><Button variant="default" onClick={() => void callers.fetchNextPage()} loading={callers.isFetchingNextPage}>{t('common.more')}</Button></Group>}
      <CallerDrawer caller={shown} onClose={() => setShown(null)} />
    </Page>
  );
}
