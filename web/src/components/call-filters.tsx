// What every list of calls can be narrowed by: the number and the span of time here, the rest by each page's own fields.
import { Card, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { TimeSpan, TYPING_MS, type Span } from '@/components/time-span';

export interface CommonFilters extends Span {
  number?: string | null;
}

export function CallFilters({ onChange, children }: { onChange: (change: CommonFilters) => void; children: ReactNode }) {
  const { t } = useTranslation();
  const [number, setNumber] = useState('');
  const late = useDebouncedCallback(onChange, TYPING_MS);
  return (
    <Card withBorder padding="sm" component="section" aria-label={t('attempts.filters')}>
      <Group align="flex-end" gap="sm">
        {children}
        <TextInput label={t('attempt.number')} inputMode="tel" w={150} value={number} onChange={(event) => { setNumber(event.currentTarget.value); late({ number: event.currentTarget.value.replaceAll(/\D/g, '') || null }); }} />
        <TimeSpan onChange={onChange} />
      </Group>
    </Card>
  );
}

interface Choice {
  value: string;
  label: string;
}

/** One of these, or all. */
export function FilterSelect({ label, data, value, onChange }: { label: string; data: Choice[]; value: string | null | undefined; onChange: (value: string | null) => void }) {
  const { t } = useTranslation();
  return <Select clearable clearButtonProps={{ 'aria-label': t('common.clear') }} w={180} placeholder={t('attempts.all')} label={label} data={data} value={value ?? null} onChange={onChange} />;
}

/** The same of things that have a number and a name. */
export function FilterRow({ label, rows, value, onChange }: { label: string; rows: [id: number, name: string][]; value: number | null | undefined; onChange: (id: number | null) => void }) {
  const data = rows.map(([id, name]) => ({ value: String(id), label: name }));
  return <FilterSelect label={label} data={data} value={value == null ? null : String(value)} onChange={(id) => onChange(id === null ? null : Number(id))} />;
}
