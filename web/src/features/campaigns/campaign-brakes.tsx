// What holds a run back: how many calls go where, and results so bad that it stops by itself.
import { Button, Card, Checkbox, Group, NumberInput, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Part } from '@/features/campaigns/campaign-sections';
import type { Destination, Watch } from '@/lib/records';

const FRESH: Destination = { prefix: '', calls_max: 0, per_minute_max: 0 };

function Section({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={2} size="h4">{title}</Title>
        <Text size="sm" c="dimmed">{text}</Text>
        {children}
      </Stack>
    </Card>
  );
}

export function Destinations({ edit: { campaign }, set }: Part) {
  const { t } = useTranslation();
  const all = campaign.destinations;
  const change = (at: number, more: Partial<Destination>) => set({ destinations: all.map((one, index) => (index === at ? { ...one, ...more } : one)) });
  return (
    <Section title={t('destination.title')} text={t('destination.text')}>
      {all.map((one, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- two may be alike while they are typed
        <Group key={at} align="flex-end">
          <TextInput label={t('destination.prefix')} placeholder={t('destination.prefixText')} required maxLength={20} value={one.prefix} onChange={(event) => change(at, { prefix: event.currentTarget.value })} />
          <NumberInput label={t('destination.calls')} min={0} allowDecimal={false} value={one.calls_max} onChange={(value) => change(at, { calls_max: Number(value) })} w={140} />
          <NumberInput label={t('destination.minute')} min={0} allowDecimal={false} value={one.per_minute_max} onChange={(value) => change(at, { per_minute_max: Number(value) })} w={140} />
          <Button variant="subtle" color="red" aria-label={t('destination.delete', { number: at + 1 })} onClick={() => set({ destinations: all.filter((_, index) => index !== at) })}>{t('common.delete')}</Button>
        </Group>
      ))}
      <Group><Button variant="light" onClick={() => set({ destinations: [...all, FRESH] })}>{t('destination.add')}</Button></Group>
    </Section>
  );
}

const share = (value: string | number) => Number((Number(value) / 100).toFixed(4));

export function Stops({ edit: { campaign }, set }: Part) {
  const { t } = useTranslation();
  const { watch } = campaign;
  const change = (more: Partial<Watch>) => set({ watch: { ...watch, ...more } });
  return (
    <Section title={t('stops.title')} text={t('stops.text')}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput label={t('stops.answered')} description={t('stops.answeredText')} suffix=" %" min={0} max={100} decimalScale={1} value={watch.answered_min * 100} onChange={(value) => change({ answered_min: share(value) })} />
        <NumberInput label={t('stops.attempts')} min={10} max={10000} allowDecimal={false} value={watch.attempts} onChange={(value) => change({ attempts: Number(value) })} />
        <NumberInput label={t('stops.short')} description={t('stops.shortText')} suffix=" %" min={0} max={100} decimalScale={1} value={watch.short_max * 100} onChange={(value) => change({ short_max: share(value) })} />
        <NumberInput label={t('stops.shortS')} min={1} max={600} value={watch.short_s} onChange={(value) => change({ short_s: Number(value) })} />
      </SimpleGrid>
      <Checkbox label={t('stops.removes')} checked={watch.removes} onChange={(event) => change({ removes: event.currentTarget.checked })} />
    </Section>
  );
}
