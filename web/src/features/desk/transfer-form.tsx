// Leads the call elsewhere: to a queue, an agent, or a number outside. Somebody there is asked first, while the customer
// waits; or a caller is sent on at once, without a word before.
import { Button, Card, Group, SegmentedControl, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '@/components/error-note';
import { Icon } from '@/components/icon';
import { Loaded } from '@/components/page';
import { useConsult, useDestinations, useTransfer } from '@/features/desk/desk-api';
import type { DeskDestinations } from '@/lib/queue-records';

type Kind = 'queue' | 'agent' | 'number';
const NOTE_MAX = 4000;

interface Props {
  /** The number that the call itself says it is to be sent on to, if it says one. */
  preset: string;
  /** Only callers can be sent on at once. */
  caller: boolean;
  close: () => void;
}

const NUMBER = /^\+?\d{1,20}$/;

export function TransferForm({ preset, caller, close }: Props) {
  const { t } = useTranslation();
  const found = useDestinations();
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape' && !event.defaultPrevented) close();
  }
  return (
    <Card withBorder padding="lg" component="section" aria-label={t('transfer.title')} onKeyDown={onKeyDown}>
      <Stack gap="sm">
        <Title order={2} size="h4">{t('transfer.title')}</Title>
        <Loaded query={found}>{(to) => <Form to={to} preset={to.numbers && NUMBER.test(preset) ? preset : ''} caller={caller} close={close} />}</Loaded>
      </Stack>
    </Card>
  );
}

function Form({ to, preset, caller, close }: Props & { to: DeskDestinations }) {
  const { t } = useTranslation();
  const kinds: Kind[] = to.numbers ? ['queue', 'agent', 'number'] : ['queue', 'agent'];
  const [kind, setKind] = useState<Kind>(preset === '' ? 'queue' : 'number');
  const [target, setTarget] = useState(preset);
  const [note, setNote] = useState('');
  const transfer = useTransfer(close);
  const consult = useConsult(close);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (caller) go(transfer.mutate);
    else ask();
  }
  function go(how: (to: { kind: Kind; target: string; note: string }) => void) {
    transfer.reset();
    consult.reset();
    if (target.trim() !== '') how({ kind, target, note });
  }
  const ask = () => go(consult.mutate);
  const choices = kind === 'queue'
    ? to.queues.map((one) => ({ value: String(one.queue_id), label: t('transfer.queue', { name: one.name, waiting: one.waiting, free: one.agents_free }) }))
    : to.agents.map((one) => ({ value: String(one.agent_id), label: t('transfer.agent', { name: one.name, state: t(`state.${one.state}`) }) }));
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <SegmentedControl aria-label={t('sendTo.kind')} value={kind} onChange={(next) => { setKind(next as Kind); setTarget(''); }} data={kinds.map((value) => ({ value, label: t(`destinationKind.${value}`) }))} />
        {kind === 'number' ? (
          <TextInput ref={field} label={t('destinationKind.number')} type="tel" autoComplete="off" maxLength={64} value={target} onChange={(event) => setTarget(event.currentTarget.value)} />
        ) : ( // its list never covers the choice of the kind
          <Select ref={field} label={t(`destinationKind.${kind}`)} data={choices} searchable value={target || null} onChange={(value) => setTarget(value ?? '')} nothingFoundMessage={t('transfer.nobody')} openOnFocus={false} comboboxProps={{ position: 'bottom', middlewares: { flip: false } }} />
        )}
        <TextInput label={t('transfer.note')} description={t('transfer.noteText')} maxLength={NOTE_MAX} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <ErrorNote error={transfer.error ?? consult.error} />
        <Group justify="space-between">
          <Text size="sm" c="dimmed">{t(caller ? 'transfer.text' : 'transfer.askText')}</Text>
          <Group gap="xs">
            <Button variant="default" onClick={close}>{t('common.cancel')}</Button>
            <Button type={caller ? 'button' : 'submit'} variant={caller ? 'default' : 'filled'} leftSection={<Icon name="ask" />} onClick={caller ? ask : undefined} loading={consult.isPending} disabled={target.trim() === ''}>{t('transfer.ask')}</Button>
            {caller && <Button type="submit" leftSection={<Icon name="forward" />} loading={transfer.isPending} disabled={target.trim() === ''}>{t('transfer.send')}</Button>}
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
