// Who called: the number that they dialed, the page that their header names, whose number it is, and what came of
// earlier calls in both directions.
import { Anchor, Card, Stack, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Loaded } from '@/components/page';
import { known, Pairs, type Pair } from '@/components/pairs';
import { clock, moment, phone, span } from '@/lib/format';
import type { CallerRow, DeskCaller } from '@/lib/queue-records';
import type { AttemptRow, Contact } from '@/lib/records';
import type { CallView, CallerView } from '@/lib/views';
import { webAddress } from '@/lib/web-address';

export function CallerCard({ call, query }: { call: CallView; query: UseQueryResult<DeskCaller> }) {
  const { t } = useTranslation();
  return (
    <Card withBorder padding="lg" component="section" aria-label={t('caller.title')}>
      <Title order={2} size="h4" mb="sm">{t('caller.title')}</Title>
      <Stack>
        {call.caller !== null && <Details call={call} caller={call.caller} />}
        <Loaded query={query}>
          {(found) => (
            <>
              {found.contacts.map((contact) => <Whose key={contact.contact_id} contact={contact} />)}
              <Earlier callers={found.earlier} attempts={found.attempts} />
            </>
          )}
        </Loaded>
      </Stack>
    </Card>
  );
}

function Details({ call, caller }: { call: CallView; caller: CallerView }) {
  const { t } = useTranslation();
  const page = webAddress(caller.url);
  const rows: Pair[] = [
    [t('caller.queue'), caller.queue_name],
    [t('attempt.number'), call.number === '' ? t('caller.withheld') : phone(call.number)],
    [t('caller.dialed'), caller.callback ? t('caller.calledBack') : phone(caller.dialed)],
    [t('caller.arrived'), moment(caller.arrived_utc_s)],
    [t('attempt.waitAfter'), clock(caller.waited_s)],
    [t('caller.transferTo'), caller.transfer_to],
    [t('caller.note'), caller.note],
  ];
  return (
    <>
      <Pairs rows={known(rows)} framed />
      {page !== null && <Anchor href={page} target="_blank" rel="noopener noreferrer" underline="always">{t('caller.open', { host: new URL(page).host })}</Anchor>}
    </>
  );
}

function Whose({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const rows: Pair[] = [[t('contact.name'), contact.name], [t('contact.numbers'), contact.numbers.map(phone).join(', ')], ...Object.entries(contact.attributes)];
  return (
    <div>
      <Title order={3} size="h5" mb={4}>{t('caller.known')}</Title>
      <Pairs rows={rows} framed />
    </div>
  );
}

interface Line {
  id: string;
  at: number;
  what: string;
  parts: (string | null)[];
  note: string | null;
}

function Earlier({ callers, attempts }: { callers: CallerRow[]; attempts: AttemptRow[] }) {
  const { t } = useTranslation();
  const theirs: Line[] = callers.map((row) => ({
    id: row.call, at: row.arrived_utc_s, note: row.note,
    what: t(row.callback ? 'caller.weCalledBack' : 'caller.theyCalled'),
    parts: [row.outcome === null ? t('caller.goingOn') : t(`callerOutcome.${row.outcome}`), row.disposition, row.queue_name, row.talk_s ? span(row.talk_s * 1000) : null, row.agent_name],
  }));
  const ours: Line[] = attempts.map((row) => ({
    id: row.call, at: row.intent_utc_s, note: row.note,
    what: t('caller.weCalled'),
    parts: [t(`outcome.${row.outcome ?? row.state}`), row.disposition, row.campaign_name, row.talk_ms ? span(row.talk_ms) : null, row.agent_name],
  }));
  const lines = [...theirs, ...ours].toSorted((a, b) => b.at - a.at);
  return (
    <div>
      <Title order={3} size="h5" mb={4}>{t('desk.before')}</Title>
      {lines.length === 0 && <Text size="sm" c="dimmed">{t('caller.noneBefore')}</Text>}
      {lines.map((line) => (
        <Text size="sm" key={line.id} mb={4}>
          <strong>{moment(line.at)}</strong> · {line.what} · {line.parts.filter(Boolean).join(' · ')}
          {line.note && <span className="pre"><br />{line.note}</span>}
        </Text>
      ))}
    </div>
  );
}
