// Who is on the phone: their details, and what happened before.
import { Card, Stack, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Loaded } from '@/components/page';
import { Pairs, type Pair } from '@/components/pairs';
import type { ContactInHand } from '@/features/desk/desk-api';
import { moment, phone, span } from '@/lib/format';
import type { AttemptRow, Contact } from '@/lib/records';
import type { CallView } from '@/lib/views';

export function ContactCard({ call, query }: { call: CallView | null; query: UseQueryResult<ContactInHand> }) {
  const { t } = useTranslation();
  return (
    <Card withBorder padding="lg" component="section" aria-label={t('desk.contact')}>
      <Title order={2} size="h4" mb="sm">{t('desk.contact')}</Title>
      {call === null ? (
        <Text c="dimmed">{t('desk.noContact')}</Text>
      ) : (
        <Loaded query={query}>
          {(found) => (
            <Stack>
              <Details contact={found.contact} />
              <History attempts={found.history.filter((attempt) => attempt.call !== call.call)} />
            </Stack>
          )}
        </Loaded>
      )}
    </Card>
  );
}

function Details({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const details: Pair[] = [
    [t('contact.name'), contact.name],
    [t('contact.numbers'), contact.numbers.map(phone).join(', ')],
    ...(contact.time_zone === null ? [] : [[t('contact.timeThere'), timeIn(contact.time_zone)] as Pair]),
    ...Object.entries(contact.attributes),
  ];
  return (
    <Pairs rows={details} framed />
  );
}

function timeIn(zone: string): string {
  try {
    return `${new Intl.DateTimeFormat(undefined, { timeStyle: 'short', timeZone: zone }).format()} (${zone})`;
  } catch {
    return zone;
  }
}

function History({ attempts }: { attempts: AttemptRow[] }) {
  const { t } = useTranslation();
  return (
    <div>
      <Title order={3} size="h5" mb={4}>{t('desk.before')}</Title>
      {attempts.length === 0 && <Text size="sm" c="dimmed">{t('desk.noneBefore')}</Text>}
      {attempts.map((attempt) => (
        <Text size="sm" key={attempt.call} mb={4}>
          <strong>{moment(attempt.intent_utc_s)}</strong> · {attempt.outcome === null ? t(`outcome.${attempt.state}`) : t(`outcome.${attempt.outcome}`)}
          {attempt.disposition && ` · ${attempt.disposition}`}
          {attempt.talk_ms !== null && attempt.talk_ms > 0 && ` · ${span(attempt.talk_ms)}`}
          {attempt.agent_name && ` · ${attempt.agent_name}`}
          {attempt.note && <span className="pre"><br />{attempt.note}</span>}
        </Text>
      ))}
    </div>
  );
}
