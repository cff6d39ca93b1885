// All of one attempt: when, why, what came of it, what happens next.
import { Anchor, Drawer, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { known, Pairs, type Pair } from '@/components/pairs';
import { useDispositionLabel } from '@/lib/dispositions';
import { dateTime, phone, span } from '@/lib/format';
import type { AttemptRow } from '@/lib/records';
import { useAllowed } from '@/lib/session';

export function AttemptDrawer({ attempt, onClose }: { attempt: AttemptRow | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer opened={attempt !== null} onClose={onClose} position="right" size="lg" title={t('attempts.show')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      {attempt !== null && <Details attempt={attempt} />}
    </Drawer>
  );
}

function Details({ attempt }: { attempt: AttemptRow }) {
  const { t } = useTranslation();
  const labelOf = useDispositionLabel();
  const allowed = useAllowed();
  const rows: Pair[] = [
    [t('attempt.number'), phone(attempt.number)],
    [t('attempt.outcome'), attempt.outcome === null ? t(`outcome.${attempt.state}`) : t(`outcome.${attempt.outcome}`)],
    [t('attempt.cause'), attempt.cause ?? ''],
    [t('attempt.disposition'), labelOf(attempt.disposition)],
    [t('attempt.note'), attempt.note ?? ''],
    [t('attempt.why'), attempt.why],
    [t('attempt.retryWhy'), attempt.retry_why ?? ''],
    [t('attempt.nextRetry'), dateTime(attempt.next_due_utc_s)],
    [t('attempt.agent'), attempt.agent_name ?? ''],
    [t('attempt.campaign'), attempt.campaign_name],
    [t('attempt.run'), String(attempt.run_id)],
    [t('attempt.list'), attempt.list_name],
    [t('attempt.trunk'), attempt.trunk_name],
    [t('attempt.at'), dateTime(attempt.intent_utc_s)],
    [t('attempt.ringing'), dateTime(attempt.ringing_utc_s)],
    [t('attempt.answered'), dateTime(attempt.answered_utc_s)],
    [t('attempt.joined'), dateTime(attempt.joined_utc_s)],
    [t('attempt.ended'), dateTime(attempt.ended_utc_s)],
    [t('attempt.waitPre'), span(attempt.wait_pre_ms)],
    [t('attempt.waitAfter'), span(attempt.wait_after_ms)],
    [t('attempt.message'), span(attempt.message_ms)],
    [t('attempt.heard'), attempt.heard === null ? '' : t(`heard.${attempt.heard}`)],
    [t('attempt.analysis'), span(attempt.analysis_ms)],
    [t('attempt.optedOut'), dateTime(attempt.opted_out_utc_s)],
    [t('attempt.talk'), span(attempt.talk_ms)],
    [t('attempt.retry'), String(attempt.attempt_no - 1)],
    [t('attempt.id'), attempt.call],
    ...Object.entries(attempt.attributes),
  ];
  return (
    <Stack>
      {allowed('recordings:read') && <Anchor component={Link} to={`/recordings?call=${encodeURIComponent(attempt.call)}`} underline="always">{t('recordings.ofCall')}</Anchor>}
      <Anchor component={Link} to={`/contacts/${attempt.contact_id}`} underline="always">{attempt.contact_name || t('attempt.contact')}</Anchor>
      <Pairs rows={known(rows)} framed />
    </Stack>
  );
}
