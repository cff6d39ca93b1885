import { Card, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordingFilters as Filters } from '@/features/recordings/recordings-api';
import { useRowsOf } from '@/lib/crud';
import type { Queue } from '@/lib/queue-records';
import type { Agent } from '@/lib/records';

const TYPING_MS = 400;
const toNumber = (value: string | null) => (value === null ? null : Number(value));
const toText = (value: number | null | undefined) => (value == null ? null : String(value));
const at = (value: string) => (value === '' ? null : new Date(value).getTime() / 1000);

export function RecordingFilters({ filters, onFilters }: { filters: Filters; onFilters: (change: (old: Filters) => Filters) => void }) {
  const { t } = useTranslation();
  const queues = useRowsOf<Queue>('/api/queues').data ?? [];
  const agents = useRowsOf<Agent>('/api/agents').data ?? [];
  const [number, setNumber] = useState('');
  const set = (change: Filters) => onFilters((old) => ({ ...old, ...change }));
  const setLate = useDebouncedCallback(set, TYPING_MS);
  const clear = { clearable: true, clearButtonProps: { 'aria-label': t('common.clear') }, w: 180, placeholder: t('attempts.all') };
  return (
    <Card withBorder padding="sm" component="section" aria-label={t('attempts.filters')}>
      <Group align="flex-end" gap="sm">
        <Select {...clear} label={t('caller.queue')} data={queues.map((queue) => ({ value: String(queue.queue_id), label: queue.name }))} value={toText(filters.queue_id)} onChange={(id) => set({ queue_id: toNumber(id) })} />
        <Select {...clear} label={t('attempt.agent')} data={agents.map((agent) => ({ value: String(agent.agent_id), label: agent.name }))} value={toText(filters.agent_id)} onChange={(id) => set({ agent_id: toNumber(id) })} />
        <TextInput label={t('attempt.number')} inputMode="tel" w={150} value={number} onChange={(event) => { setNumber(event.currentTarget.value); setLate({ number: event.currentTarget.value.replaceAll(/\D/g, '') || null }); }} />
        <TextInput type="datetime-local" label={t('attempts.from')} w={200} onChange={(event) => setLate({ from_utc_s: at(event.currentTarget.value) })} />
        <TextInput type="datetime-local" label={t('attempts.until')} w={200} onChange={(event) => setLate({ until_utc_s: at(event.currentTarget.value) })} />
      </Group>
    </Card>
  );
}
