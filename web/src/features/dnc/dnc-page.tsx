// Numbers that are never dialed.
import { Alert, Button, Card, List, Stack, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '@/components/confirm-button';
import { ErrorNote } from '@/components/error-note';
import { done, failed } from '@/components/notify';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { api, getRows, query as parameters } from '@/lib/api';
import { dateTime, phone } from '@/lib/format';
import type { DncEntry } from '@/lib/records';

interface Added {
  added: number;
  rejected: (string | { number?: string; text?: string; reason?: string })[];
}

const TYPING_MS = 300;
const NUMBER_MIN = 6; // the server looks for whole numbers

export default function DncPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const [late] = useDebouncedValue(typed.trim(), TYPING_MS);
  const number = late.length >= NUMBER_MIN ? late : '';
  const entries = useQuery({ queryKey: ['dnc', number], queryFn: () => getRows<DncEntry>(`/api/dnc${parameters({ number })}`), placeholderData: keepPreviousData });
  const remove = useMutation({
    mutationFn: (one: string) => api.delete<void>(`/api/dnc/${encodeURIComponent(one)}`),
    onError: failed,
    onSuccess: () => client.invalidateQueries({ queryKey: ['dnc'] }),
  });
  return (
    <Page title={t('nav.dnc')} text={t('dnc.text')}>
      <AddNumbers />
      <TextInput label={t('dnc.search')} type="search" w={300} maw="100%" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
      <Loaded query={entries}>
        {(rows) =>
          rows.length === 0 ? <Empty text={t(number === '' ? 'dnc.empty' : 'dnc.nothing')} /> : (
            <Rows
              name={t('nav.dnc')}
              rows={rows}
              id={(entry) => entry.number}
              columns={[
                { title: t('contact.number'), cell: (entry) => <span className="nums">{phone(entry.number)}</span> },
                { title: t('dnc.added'), cell: (entry) => dateTime(entry.added_utc_s) },
                { title: t('dnc.source'), cell: (entry) => entry.source },
                {
                  title: t('common.actions'),
                  cell: (entry) => <ConfirmButton size="xs" variant="subtle" color="red" label={t('dnc.remove')} what={entry.number} question={t('dnc.removeQuestion', { number: entry.number })} onConfirm={() => remove.mutate(entry.number)} />,
                },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

function AddNumbers() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const add = useMutation({
    mutationFn: (numbers: string[]) => api.post<Added>('/api/dnc', { numbers }),
    onSuccess: (answer) => {
      done(t('dnc.addedCount', { count: answer.added }));
      setText('');
      return client.invalidateQueries({ queryKey: ['dnc'] });
    },
  });
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    add.mutate(text.split(/[\n,;]+/).map((line) => line.trim()).filter(Boolean));
  }
  const rejected = add.data?.rejected ?? [];
  return (
    <Card withBorder>
      <form onSubmit={submit}>
        <Stack align="flex-start" gap="sm">
          <Textarea label={t('dnc.numbers')} description={t('dnc.numbersText')} autosize minRows={2} maxRows={8} w={460} maw="100%" required value={text} onChange={(event) => setText(event.currentTarget.value)} />
          <ErrorNote error={add.error} />
          {rejected.length > 0 && (
            <Alert color="orange" title={t('dnc.rejected')}>
              <List>{rejected.map((one) => { const line = typeof one === 'string' ? one : `${one.number ?? ''} ${one.reason ?? one.text ?? ''}`; return <List.Item key={line}>{line}</List.Item>; })}</List>
            </Alert>
          )}
          <Button type="submit" loading={add.isPending}>{t('dnc.add')}</Button>
        </Stack>
      </form>
    </Card>
  );
}
