// One line for each attempt, with all that was recorded (WD-178).
import { Anchor, Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Rows } from '@/components/rows';
import { useDispositionLabel } from '@/lib/dispositions';
import { moment, phone, span } from '@/lib/format';
import type { AttemptRow } from '@/lib/records';

const REACHED = new Set(['HANDLED', 'IVR_COMPLETED', 'IVR_LEFT', 'MAX_DURATION']);
const BAD = new Set(['ABANDONED', 'LOST', 'SYSTEM_ERROR', 'CONGESTION']);

export function outcomeColor(outcome: string): string {
  if (REACHED.has(outcome)) return 'green';
  return BAD.has(outcome) ? 'red' : 'gray';
}

export function AttemptTable({ rows, onShow }: { rows: AttemptRow[]; onShow: (attempt: AttemptRow) => void }) {
  const { t } = useTranslation();
  const labelOf = useDispositionLabel();
  return (
    <Rows
      name={t('nav.attempts')}
      rows={rows}
      id={(attempt) => attempt.call}
      minWidth={1500}
      columns={[
        { title: t('attempt.at'), cell: (attempt) => <Anchor component="button" type="button" underline="always" className="line" onClick={() => onShow(attempt)} aria-label={`${t('attempts.show')}: ${moment(attempt.intent_utc_s)} ${attempt.number}`}>{moment(attempt.intent_utc_s)}</Anchor> },
        { title: t('attempt.number'), cell: (attempt) => <span className="nums line">{phone(attempt.number)}</span> },
        { title: t('attempt.contact'), cell: (attempt) => <span className="line">{attempt.contact_name}</span> },
        { title: t('attempt.outcome'), cell: (attempt) => (attempt.outcome === null ? t(`outcome.${attempt.state}`) : <Badge variant="light" tt="none" miw="max-content" color={outcomeColor(attempt.outcome)}>{t(`outcome.${attempt.outcome}`)}</Badge>) },
        { title: t('attempt.disposition'), cell: (attempt) => <span className="line">{labelOf(attempt.disposition)}</span> },
        { title: t('attempt.agent'), cell: (attempt) => <span className="line">{attempt.agent_name}</span> },
        { title: t('attempt.waitPre'), cell: (attempt) => span(attempt.wait_pre_ms), right: true },
        { title: t('attempt.waitAfter'), cell: (attempt) => span(attempt.wait_after_ms), right: true },
        { title: t('attempt.talk'), cell: (attempt) => span(attempt.talk_ms), right: true },
        { title: t('attempt.retry'), cell: (attempt) => attempt.attempt_no - 1, right: true },
        { title: t('attempt.nextRetry'), cell: (attempt) => <span className="line">{moment(attempt.next_due_utc_s)}</span> },
        { title: t('attempt.campaign'), cell: (attempt) => attempt.campaign_name },
        { title: t('attempt.list'), cell: (attempt) => attempt.list_name },
        { title: t('attempt.trunk'), cell: (attempt) => attempt.trunk_name },
      ]}
    />
  );
}
