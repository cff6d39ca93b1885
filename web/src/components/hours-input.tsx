// A daily span on some weekdays.
import { Checkbox, Group, Input, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dayTime, parseDayTime } from '@/lib/format';
import type { Hours } from '@/lib/records';

const MONDAY_UTC = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

function dayName(day: number): string {
  return new Intl.DateTimeFormat(undefined, { weekday: 'short', timeZone: 'UTC' }).format(MONDAY_UTC + (day - 1) * DAY_MS);
}

interface Props {
  label: string;
  text: string;
  value: Hours;
  withoutDays?: boolean;
  onChange: (hours: Hours) => void;
}

export function HoursInput({ label, text, value, withoutDays = false, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Input.Wrapper label={label} description={text || undefined} labelElement="div">
      <Group mt={6} align="flex-end" role="group" aria-label={label}>
        <TimeInput label={t('hours.from')} seconds={value.from_s} onSeconds={(from_s) => onChange({ ...value, from_s })} />
        <TimeInput label={t('hours.until')} seconds={value.until_s} onSeconds={(until_s) => onChange({ ...value, until_s })} />
        {!withoutDays && (
          <Checkbox.Group value={value.days.map(String)} onChange={(days) => onChange({ ...value, days: days.map(Number).toSorted() })} aria-label={t('hours.days')}>
            <Group gap="xs" mb={8}>
              {[1, 2, 3, 4, 5, 6, 7].map((day) => <Checkbox key={day} value={String(day)} label={dayName(day)} />)}
            </Group>
          </Checkbox.Group>
        )}
      </Group>
    </Input.Wrapper>
  );
}

function TimeInput({ label, seconds, onSeconds }: { label: string; seconds: number; onSeconds: (seconds: number) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(dayTime(seconds));
  const wrong = parseDayTime(text) === null;
  return (
    <TextInput
      label={label}
      w={90}
      value={text}
      error={wrong ? t('hours.wrong') : undefined}
      onChange={(event) => {
        setText(event.currentTarget.value);
        const parsed = parseDayTime(event.currentTarget.value);
        if (parsed !== null) onSeconds(parsed);
      }}
      onBlur={() => setText(dayTime(seconds))}
    />
  );
}
