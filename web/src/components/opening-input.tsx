// When a queue or a number is open: hours of the week, holidays, and the switch for emergencies.
import { ActionIcon, Alert, Button, Checkbox, Group, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { HoursInput } from '@/components/hours-input';
import { Icon } from '@/components/icon';
import { today } from '@/lib/format';
import type { Holiday, Opening } from '@/lib/queue-records';
import type { Hours } from '@/lib/records';

const ZONES = Intl.supportedValuesOf('timeZone');
const OFFICE: Hours = { from_s: 9 * 3600, until_s: 17 * 3600, days: [1, 2, 3, 4, 5] };

export function OpeningInput({ value, onChange }: { value: Opening; onChange: (opening: Opening) => void }) {
  const { t } = useTranslation();
  const set = (change: Partial<Opening>) => onChange({ ...value, ...change });
  const zones = ZONES.includes(value.time_zone) ? ZONES : [value.time_zone, ...ZONES];
  return (
    <Stack gap="sm">
      <Switch label={t('opening.emergency')} description={t('opening.emergencyText')} checked={value.emergency} onChange={(event) => set({ emergency: event.currentTarget.checked })} />
      {value.emergency && <Alert color="red">{t('opening.emergencyOn')}</Alert>}
      <Select label={t('opening.zone')} data={zones} searchable allowDeselect={false} value={value.time_zone} onChange={(zone) => zone !== null && set({ time_zone: zone })} limit={100} maw={400} />
      {value.hours.map((span, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a span has no name but its place
        <Group key={index} align="flex-end" gap="xs" wrap="nowrap">
          <div className="grow">
            <HoursInput label={t('opening.hours', { number: index + 1 })} text="" value={span} onChange={(hours) => set({ hours: value.hours.map((one, at) => (at === index ? hours : one)) })} />
          </div>
          <ActionIcon variant="default" mb={8} aria-label={t('opening.removeHours', { number: index + 1 })} disabled={value.hours.length === 1} onClick={() => set({ hours: value.hours.filter((_, at) => at !== index) })}><Icon name="trash" /></ActionIcon>
        </Group>
      ))}
      <Group><Button variant="default" leftSection={<Icon name="plus" />} onClick={() => set({ hours: [...value.hours, OFFICE] })}>{t('opening.addHours')}</Button></Group>
      <Holidays value={value.holidays} onChange={(holidays) => set({ holidays })} />
    </Stack>
  );
}

function Holidays({ value, onChange }: { value: Holiday[]; onChange: (holidays: Holiday[]) => void }) {
  const { t } = useTranslation();
  const change = (index: number, part: Partial<Holiday>) => onChange(value.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <Stack gap="xs" role="group" aria-label={t('opening.holidays')}>
      <Text size="sm" fw={500}>{t('opening.holidays')}</Text>
      {value.map((holiday, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a day can be changed while it is typed
        <Stack key={index} gap={4}>
          <Group align="flex-end" gap="xs">
            <TextInput type="date" label={t('opening.day')} value={holiday.day} onChange={(event) => change(index, { day: event.currentTarget.value })} w={160} />
            <TextInput className="grow" label={t('opening.dayName')} maxLength={100} value={holiday.name} onChange={(event) => change(index, { name: event.currentTarget.value })} />
            <Checkbox mb={8} label={t('opening.closedAllDay')} checked={holiday.hours.length === 0} onChange={(event) => change(index, { hours: event.currentTarget.checked ? [] : [{ from_s: 9 * 3600, until_s: 12 * 3600, days: [1, 2, 3, 4, 5, 6, 7] }] })} />
            <ActionIcon variant="default" mb={4} aria-label={t('opening.removeDay', { day: holiday.day })} onClick={() => onChange(value.filter((_, at) => at !== index))}><Icon name="trash" /></ActionIcon>
          </Group>
          {holiday.hours.map((span, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- a span has no name but its place
            <HoursInput key={at} withoutDays label={t('opening.dayHours', { day: holiday.day })} text="" value={span} onChange={(hours) => change(index, { hours: holiday.hours.map((one, n) => (n === at ? hours : one)) })} />
          ))}
        </Stack>
      ))}
      <Group><Button variant="default" leftSection={<Icon name="plus" />} onClick={() => onChange([...value, { day: today(), name: '', hours: [] }])}>{t('opening.addDay')}</Button></Group>
    </Stack>
  );
}
