// One line for each call that came in, or that we made to call somebody back.
import { Anchor, Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Rows } from '@/components/rows';
import { useDispositionLabel } from '@/lib/dispositions';
import { moment, phone, span } from '@/lib/format';
import type { CallerRow } from '@/lib/queue-records';

const BAD = new Set(['ABANDONED', 'LOST', 'UNREACHED', 'TURNED_AWAY']);

export function CallerOutcome({ row }: { row: CallerRow }) {
  const { t } = useTranslation();
  if (row.outcome === null) return <Badge variant="light" tt="none" miw="max-content" color="blue">{t('caller.goingOn')}</Badge>;
  return <Badge variant="light" tt="none" miw="max-content" color={row.outcome === 'HANDLED' ? 'green' : BAD.has(row.outcome) ? 'red' : 'gray'}>{t(`callerOutcome.${row.outcome}`)}</Badge>;
}

export const inMs = (seconds: number | null) => (seconds === null ? null : seconds * 1000);

export function CallerTable({ rows, onShow }: { rows: CallerRow[]; onShow: (row: CallerRow) => void }) {
  const { t } = useTranslation();
  const labelOf = useDispositionLabel();
  return (
    <Rows
      name={t('nav.callers')}
      rows={rows}
      id={(row) => row.call}
      minWidth={1200}
      columns={[
        { title: t('attempt.at'), cell: (row) => <Anchor component="button" type="button" underline="always" className="line" onClick={() => onShow(row)} aria-label={`${t('callers.show')}: ${moment(row.arrived_utc_s)} ${row.number}`}>{moment(row.arrived_utc_s)}</Anchor> },
        { title: t('attempt.number'), cell: (row) => <span className="nums line">{row.number === '' ? t('caller.withheld') : phone(row.number)}</span> },
        { title: t('common.name'), cell: (row) => <span className="line">{row.name}</span> },
        { title: t('caller.dialed'), cell: (row) => <span className="nums line">{row.callback ? t('caller.calledBack') : phone(row.dialed)}</span> },
        { title: t('caller.queue'), cell: (row) => <span className="line">{row.queue_name}</span> },
        { title: t('attempt.outcome'), cell: (row) => <CallerOutcome row={row} /> },
        { title: t('attempt.disposition'), cell: (row) => <span className="line">{labelOf(row.disposition)}</span> },
        { title: t('attempt.agent'), cell: (row) => <span className="line">{row.agent_name}</span> },
        { title: t('attempt.waitAfter'), cell: (row) => span(inMs(row.wait_s)), right: true },
        { title: t('attempt.talk'), cell: (row) => span(inMs(row.talk_s)), right: true },
      ]}
    />
  );
}
