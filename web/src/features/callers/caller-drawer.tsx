// All of one caller's call: where it went, how long it waited, what came of it.
import { Anchor, Drawer, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { known, Pairs, type Pair } from '@/components/pairs';
import { inMs } from '@/features/callers/caller-table';
import { useDispositionLabel } from '@/lib/dispositions';
import { dateTime, phone, span } from '@/lib/format';
import type { CallerRow } from '@/lib/queue-records';
import { useAllowed } from '@/lib/session';

export function CallerDrawer({ caller, onClose }: { caller: CallerRow | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer opened={caller !== null} onClose={onClose} position="right" size="lg" title={t('callers.show')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      {caller !== null && <Details caller={caller} />}
    </Drawer>
  );
}

function Details({ caller }: { caller: CallerRow }) {
  const { t } = useTranslation();
  const labelOf = useDispositionLabel();
  const allowed = useAllowed();
  const rows: Pair[] = [
    [t('attempt.number'), caller.number === '' ? t('caller.withheld') : phone(caller.number)],
    [t('common.name'), caller.name],
    [t('caller.dialed'), caller.callback ? t('caller.calledBack') : phone(caller.dialed)],
    [t('caller.queue'), caller.queue_name ?? ''],
    [t('attempt.outcome'), caller.outcome === null ? t('caller.goingOn') : t(`callerOutcome.${caller.outcome}`)],
    [t('caller.why'), caller.why],
    [t('attempt.cause'), caller.cause ?? ''],
    [t('attempt.agent'), caller.agent_name ?? ''],
    [t('attempt.disposition'), labelOf(caller.disposition)],
    [t('attempt.note'), caller.note ?? ''],
    [t('caller.arrived'), dateTime(caller.arrived_utc_s)],
    [t('attempt.answered'), dateTime(caller.answered_utc_s)],
    [t('attempt.joined'), dateTime(caller.joined_utc_s)],
    [t('attempt.ended'), dateTime(caller.ended_utc_s)],
    [t('attempt.waitAfter'), span(inMs(caller.wait_s))],
    [t('attempt.talk'), span(inMs(caller.talk_s))],
    [t('attempt.id'), caller.call],
  ];
  return (
    <Stack>
      {allowed('recordings:read') && <Anchor component={Link} to={`/recordings?call=${encodeURIComponent(caller.call)}`} underline="always">{t('recordings.ofCall')}</Anchor>}
      {caller.contact_id !== null && <Anchor component={Link} to={`/contacts/${caller.contact_id}`} underline="always">{t('caller.contact')}</Anchor>}
      <Pairs rows={known(rows)} framed />
    </Stack>
  );
}
