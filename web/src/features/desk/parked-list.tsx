// Customers whom somebody left in a numbered place: any agent takes them up. Shown only while there are any.
import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { Until } from '@/components/timer';
import { useParked, usePickUp, type Parked } from '@/features/desk/desk-api';
import { useOffer } from '@/lib/actions';
import { phone } from '@/lib/format';

export function ParkedList({ free }: { free: boolean }) {
  const { t } = useTranslation();
  const parked = useParked().data;
  const { mutate: pickUp, isPending } = usePickUp();
  const offered = useMemo(
    () => (free ? (parked ?? []) : []).map((one) => ({ id: `pick up ${one.slot}`, label: t('park.pickUpOf', { slot: one.slot, name: nameOf(one) }), group: t('park.title'), keys: null, perform: () => pickUp(one.slot) })),
    [parked, free, t, pickUp],
  );
  useOffer(offered);
  if (parked === undefined || parked.length === 0) return null;
  return (
    <Card withBorder padding="lg" component="section" aria-label={t('park.title')}>
      <Title order={2} size="h4" mb="sm">{t('park.title')}</Title>
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {parked.map((one) => (
          <Group component="li" key={one.call} justify="space-between" wrap="nowrap">
            <Group gap="sm" wrap="nowrap" className="grow">
              <Text fz={24} fw={700} className="nums" aria-label={t('park.slot', { slot: one.slot })}>{one.slot}</Text>
              <div className="grow">
                <Text fw={600} className="clip">{nameOf(one) || t('caller.withheld')}</Text>
                <Text size="sm" c="dimmed">{t(one.mine ? 'park.byYou' : 'park.by', { name: one.parked_by })} · {t('park.back')} <Until utcS={one.until_utc_s} /></Text>
              </div>
            </Group>
            <Button onClick={() => pickUp(one.slot)} disabled={!free || isPending} leftSection={<Icon name="phone" />} aria-label={t('park.pickUpOf', { slot: one.slot, name: nameOf(one) })}>{t('park.pickUp')}</Button>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

function nameOf(one: Parked): string {
  return one.name || phone(one.number);
}
