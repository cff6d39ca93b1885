// One contact: who it is, why it is or is not dialed, what happened.
import { Button, Card, Group, List, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { StateBadge } from '@/components/state-badge';
import { Pairs, type Pair } from '@/components/pairs';
import { api } from '@/lib/api';
import { useDispositionLabel } from '@/lib/dispositions';
import { dateTime, moment, phone, span } from '@/lib/format';
import type { AttemptRow, Contact } from '@/lib/records';

interface Explanation {
  sentences: string[];
  runs: { run_id: number; campaign_name: string; run_state: string; sentences: string[] }[];
}

export default function ContactPage() {
  const id = Number(useParams().id);
  const contact = useQuery({
    queryKey: ['contacts', id],
    queryFn: () => api.get<{ contact: Contact; history: AttemptRow[] }>(`/api/contacts/${id}`),
  });
  return <Loaded query={contact}>{(found) => <Found contact={found.contact} history={found.history} />}</Loaded>;
}

function Found({ contact, history }: { contact: Contact; history: AttemptRow[] }) {
  const { t } = useTranslation();
  return (
    <Page title={contact.name || phone(contact.numbers[0] ?? '')}>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Details contact={contact} />
        <Why id={contact.contact_id} />
      </SimpleGrid>
      <Title order={2} size="h4">{t('contact.history')}</Title>
      {history.length === 0 ? <Empty text={t('contact.noHistory')} /> : <History rows={history} />}
    </Page>
  );
}

function Details({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const rows: Pair[] = [
    [t('contact.numbers'), contact.numbers.map(phone).join(', ')],
    [t('contact.timeZone'), contact.time_zone ?? t('contact.zoneOfNumber')],
    ...(contact.schedule_utc_s === null ? [] : [[t('contact.schedule'), dateTime(contact.schedule_utc_s)] as Pair]),
    ...Object.entries(contact.attributes),
    ...Object.entries(contact.output).map(([name, value]) => [`> ${name}`, value] as Pair),
  ];
  return (
    <Card withBorder component="section" aria-label={t('contact.details')}>
      <Title order={2} size="h4" mb="sm">{t('contact.details')}</Title>
      <Pairs rows={rows} />
    </Card>
  );
}

function Why({ id }: { id: number }) {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ['explain', id], queryFn: () => api.get<Explanation>(`/api/explain/contacts/${id}`), staleTime: 0 });
  return (
    <Card withBorder component="section" aria-label={t('contact.why')}>
      <Stack gap="sm" align="flex-start">
        <Title order={2} size="h4">{t('contact.why')}</Title>
        <Loaded query={query}>
          {({ sentences, runs }) => (
            <>
              {runs.map((run) => (
                <div key={run.run_id}>
                  <Group gap="xs"><Text fw={600}>{run.campaign_name}</Text><StateBadge state={run.run_state} /></Group>
                  <Sentences sentences={run.sentences} />
                </div>
              ))}
              {runs.length === 0 && <Sentences sentences={sentences} />}
            </>
          )}
        </Loaded>
        <Button variant="default" size="xs" onClick={() => void query.refetch()} loading={query.isFetching}>{t('contact.whyAgain')}</Button>
      </Stack>
    </Card>
  );
}

function Sentences({ sentences }: { sentences: string[] }) {
  return <List>{sentences.map((sentence) => <List.Item key={sentence}>{sentence}</List.Item>)}</List>;
}

function History({ rows }: { rows: AttemptRow[] }) {
  const { t } = useTranslation();
  const labelOf = useDispositionLabel();
  return (
    <Rows
      name={t('contact.history')}
      rows={rows}
      id={(attempt) => attempt.call}
      minWidth={800}
      columns={[
        { title: t('attempt.at'), cell: (attempt) => <span className="line">{moment(attempt.intent_utc_s)}</span> },
        { title: t('attempt.campaign'), cell: (attempt) => attempt.campaign_name },
        { title: t('attempt.number'), cell: (attempt) => <span className="nums line">{phone(attempt.number)}</span> },
        { title: t('attempt.outcome'), cell: (attempt) => (attempt.outcome === null ? t(`outcome.${attempt.state}`) : t(`outcome.${attempt.outcome}`)) },
        { title: t('attempt.disposition'), cell: (attempt) => labelOf(attempt.disposition) },
        { title: t('attempt.agent'), cell: (attempt) => attempt.agent_name ?? '' },
        { title: t('attempt.talk'), cell: (attempt) => <span className="line">{span(attempt.talk_ms)}</span>, right: true },
        { title: t('attempt.why'), cell: (attempt) => attempt.why },
        { title: t('attempt.retryWhy'), cell: (attempt) => attempt.retry_why ?? '' },
      ]}
    />
  );
}
