// One dialed number: its pattern, where calls to it go, and what is said while it is closed.
import { Button, Group, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { DestinationsInput } from '@/components/destination-input';
import { ErrorNote } from '@/components/error-note';
import { done } from '@/components/notify';
import { OpeningInput } from '@/components/opening-input';
import { Loaded, Page } from '@/components/page';
import { PromptSelect } from '@/components/prompt-select';
import { RecordForm } from '@/components/record-form';
import { Section } from '@/components/section';
import { Missing } from '@/app/fallbacks';
import { PATH } from '@/features/dialed/numbers-page';
import { freshOpening } from '@/features/queues/queue-draft';
import { api } from '@/lib/api';
import { useRowsOf } from '@/lib/crud';
import { CLOSED, type Closed, type DialedNumberRow, type Treatment } from '@/lib/queue-records';
import { useAllowed, useSession } from '@/lib/session';

export default function NumberPage() {
  const { id } = useParams();
  const { tenant } = useSession();
  const numbers = useRowsOf<DialedNumberRow>(PATH);
  if (id === undefined) {
    const treatment: Treatment = { to: [{ kind: 'queue', target: '' }], opening: freshOpening(tenant.time_zone), when_closed: [], prompts: {} };
    return <Editor stored={{ number_id: 0, pattern: '', label: '', treatment }} />;
  }
  return (
    <Loaded query={numbers}>
      {(rows) => {
        const row = rows.find((one) => one.number_id === Number(id));
        return row === undefined ? <Missing /> : <Editor key={row.number_id} stored={row} />;
      }}
    </Loaded>
  );
}

function useSaveNumber() {
  const client = useQueryClient();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: (row: DialedNumberRow) => (row.number_id === 0 ? api.post<DialedNumberRow>(PATH, row) : api.put<DialedNumberRow>(`${PATH}/${row.number_id}`, row)),
    onSuccess: () => {
      done(t('common.saved'));
      return client.invalidateQueries({ queryKey: [PATH] });
    },
  });
}

function Editor({ stored }: { stored: DialedNumberRow }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [row, setRow] = useState(stored);
  const save = useSaveNumber();
  const writes = useAllowed()('queues:write');
  const set = (change: Partial<DialedNumberRow>) => setRow((old) => ({ ...old, ...change }));
  const treat = (change: Partial<Treatment>) => setRow((old) => ({ ...old, treatment: { ...old.treatment, ...change } }));
  const { treatment } = row;
  function say(why: Closed, media: string | null) {
    const { [why]: _, ...others } = treatment.prompts;
    treat({ prompts: media === null ? others : { ...others, [why]: media } });
  }
  return (
    <Page title={stored.number_id === 0 ? t('numbersDialed.create') : stored.label || stored.pattern}>
      <RecordForm writes={writes} onSubmit={() => save.mutate(row, { onSuccess: () => void navigate('/numbers') })}>
        <Section title={t('numbersDialed.number')}>
          <TextInput label={t('numbersDialed.pattern')} description={t('numbersDialed.patternText')} required maxLength={32} value={row.pattern} onChange={(event) => set({ pattern: event.currentTarget.value })} />
          <TextInput label={t('numbersDialed.label')} description={t('numbersDialed.labelText')} maxLength={100} value={row.label} onChange={(event) => set({ label: event.currentTarget.value })} />
          <DestinationsInput label={t('numbersDialed.to')} text={t('numbersDialed.toText')} value={treatment.to} onChange={(to) => treat({ to })} />
        </Section>
        <Section title={t('opening.title')} text={t('numbersDialed.openingText')}>
          <OpeningInput value={treatment.opening} onChange={(opening) => treat({ opening })} />
        </Section>
        <Section title={t('numbersDialed.whenClosed')} text={t('numbersDialed.whenClosedText')}>
          {CLOSED.map((why) => <PromptSelect key={why} label={t('numbersDialed.said', { why: t(`closed.${why}`) })} value={treatment.prompts[why] ?? null} onChange={(media) => say(why, media)} />)}
          <DestinationsInput label={t('numbersDialed.then')} text={t('numbersDialed.thenText')} value={treatment.when_closed} onChange={(when_closed) => treat({ when_closed })} />
        </Section>
        <ErrorNote error={save.error} />
        <Group><Button type="submit" loading={save.isPending}>{t('common.save')}</Button></Group>
      </RecordForm>
    </Page>
  );
}
