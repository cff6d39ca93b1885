// The sums of the last day, queue by queue.
import { useTranslation } from 'react-i18next';
import { Rows } from '@/components/rows';
import { useQuarters } from '@/features/queues/queues-api';
import { clock, count, share } from '@/lib/format';

const HOURS = 24;

export function QueueTotals() {
  const { t } = useTranslation();
  const report = useQuarters(HOURS).data;
  if (report === undefined || report.totals.length === 0) return null;
  return (
    <section aria-label={t('callers.totals')}>
      <Rows
        name={t('callers.totals')}
        rows={report.totals}
        id={(row) => row.queue_id}
        minWidth={860}
        columns={[
          { title: t('callers.lastDay'), cell: (row) => row.queue_name },
          { title: t('queue.entered'), cell: (row) => count(row.counts.entered), right: true },
          { title: t('queue.answered'), cell: (row) => count(row.counts.answered), right: true },
          { title: t('queue.abandoned'), cell: (row) => `${count(row.counts.abandoned)}${row.counts.abandoned > 0 ? ` (${share(row.abandoned_share)})` : ''}`, right: true },
          { title: t('queue.sentOn'), cell: (row) => count(row.counts.sent_on), right: true },
          { title: t('queue.level'), cell: (row) => share(row.levels[0]) || '–', right: true },
          { title: t('queue.levelTwo'), cell: (row) => share(row.levels[1]) || '–', right: true },
          { title: t('queue.answerMean'), cell: (row) => (row.counts.answered === 0 ? '–' : clock(row.answer_wait_mean_s)), right: true },
          { title: t('queue.longestWait'), cell: (row) => (row.counts.answered === 0 ? '–' : clock(row.counts.wait_max_s)), right: true },
        ]}
      />
    </section>
  );
}
