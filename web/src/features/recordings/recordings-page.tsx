// Recordings of talks: found, heard, held, erased; and the rule for all of them.
import { Anchor, Badge, Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { RecordingDrawer } from '@/features/recordings/recording-drawer';
import { RecordingFilters } from '@/features/recordings/recording-filters';
import { useRecordings, useRule, type RecordingFilters as Filters, type RecordingRow } from '@/features/recordings/recordings-api';
import { RuleForm } from '@/features/recordings/rule-form';
import { moment, phone, span } from '@/lib/format';

const COLORS: Record<RecordingRow['state'], string> = { open: 'blue', ended: 'blue', kept: 'green', lost: 'red', erasing: 'gray', erased: 'gray' };

export default function RecordingsPage() {
  const { t } = useTranslation();
  const [parameters, setParameters] = useSearchParams();
  const call = parameters.get('call');
  const [filters, setFilters] = useState<Filters>({});
  const [shown, setShown] = useState<string | null>(null);
  const rule = useRule();
  const recordings = useRecordings({ ...filters, call });
  const rows = recordings.data?.pages.flatMap((page) => page.rows) ?? [];
  const filtered = call !== null || Object.values(filters).some((value) => value != null);
  return (
    <Page title={t('nav.recordings')} text={t('recordings.text')} actions={<Button variant="default" onClick={() => void recordings.refetch()} loading={recordings.isRefetching}>{t('common.refresh')}</Button>}>
      <Loaded query={rule}>{(found) => <RuleForm key={`${found.recording} ${found.recording_days}`} rule={found} />}</Loaded>
      <RecordingFilters filters={filters} onFilters={setFilters} />
      {call !== null && <Group><Button variant="default" onClick={() => setParameters({})}>{t('recordings.allCalls')}</Button></Group>}
      <Loaded query={{ data: recordings.data, error: recordings.error, isPending: recordings.isPending }}>
        {() =>
          rows.length > 0 ? <RecordingTable rows={rows} onShow={setShown} />
          : <Empty text={t(filtered ? 'recordings.nothing' : 'recordings.empty')} />
        }
      </Loaded>
      {recordings.hasNextPage && <Group><Button variant="default" onClick={() => void recordings.fetchNextPage()} loading={recordings.isFetchingNextPage}>{t('common.more')}</Button></Group>}
      <RecordingDrawer row={rows.find((row) => row.recording === shown) ?? null} onClose={() => setShown(null)} />
    </Page>
  );
}

function RecordingTable({ rows, onShow }: { rows: RecordingRow[]; onShow: (recording: string) => void }) {
  const { t } = useTranslation();
  const number = (row: RecordingRow) => (row.number === null || row.number === '' ? t('caller.withheld') : phone(row.number));
  return (
    <Rows
      name={t('nav.recordings')}
      rows={rows}
      id={(row) => row.recording}
      minWidth={900}
      columns={[
        { title: t('attempt.at'), cell: (row) => <Anchor component="button" type="button" underline="always" className="line" onClick={() => onShow(row.recording)} aria-label={`${t('recordings.one')}: ${moment(row.began_utc_s)} ${number(row)}`}>{moment(row.began_utc_s)}</Anchor> },
        { title: t('attempt.number'), cell: (row) => <span className="nums line">{number(row)}</span> },
        { title: t('attempt.agent'), cell: (row) => <span className="line">{row.agent_name}</span> },
        { title: t('recordings.of_'), cell: (row) => <span className="line">{row.queue_name ?? row.campaign_name}</span> },
        { title: t('recordings.state'), cell: (row) => <Group gap={4} wrap="nowrap"><Badge variant="light" tt="none" miw="max-content" color={row.fault !== '' && row.state === 'kept' ? 'orange' : COLORS[row.state]}>{t(`recordings.stateName.${row.state}`)}</Badge>{row.held && <Badge variant="light" tt="none" miw="max-content">{t('recordings.held')}</Badge>}</Group> },
        { title: t('recordings.pauses'), cell: (row) => (row.marks.length > 0 ? row.marks.length : ''), right: true },
        { title: t('recordings.length'), cell: (row) => span(row.length_s === null ? null : row.length_s * 1000), right: true },
      ]}
    />
  );
}
