// From when until when, in the viewer's zone, which is named: a list of calls may be read in another one.
import { Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { zone } from '@/lib/format';

/** So long nobody types any more: then it is asked for. */
export const TYPING_MS = 400;
const at = (value: string) => (value === '' ? null : new Date(value).getTime() / 1000);

export interface Span {
  from_utc_s?: number | null;
  until_utc_s?: number | null;
}

export function TimeSpan({ onChange }: { onChange: (change: Span) => void }) {
  const { t } = useTranslation();
  const late = useDebouncedCallback(onChange, TYPING_MS);
  return (
    <>
      <TextInput type="datetime-local" label={t('attempts.from')} w={200} onChange={(event) => late({ from_utc_s: at(event.currentTarget.value) })} />
      <TextInput type="datetime-local" label={t('attempts.until')} w={200} onChange={(event) => late({ until_utc_s: at(event.currentTarget.value) })} />
      <Text size="xs" c="dimmed" pb={9}>{t('shell.zone', { zone: zone() })}</Text>
    </>
  );
}
