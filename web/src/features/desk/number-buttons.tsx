// The other numbers of a contact, each a button that dials it; also in the palette.
import { Button, Group, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { useOffer } from '@/lib/actions';
import { phone } from '@/lib/format';

interface Props {
  numbers: string[];
  label: string;
  disabled: boolean;
  onDial: (number: string) => void;
}

export function NumberButtons({ numbers, label, disabled, onDial }: Props) {
  const { t } = useTranslation();
  const offered = useMemo(
    () =>
      numbers.map((number) => ({
        id: `other number ${number}`,
        label: t('numbers.dial', { number: phone(number) }),
        group: label,
        keys: null,
        perform: () => onDial(number),
      })),
    [t, numbers, label, onDial],
  );
  useOffer(offered);
  if (numbers.length === 0) return null;
  return (
    <Group gap="xs" role="group" aria-label={label}>
      <Text size="sm">{label}</Text>
      {numbers.map((number) => (
        <Button key={number} variant="default" className="nums" disabled={disabled} leftSection={<Icon name="phone" size={16} />} aria-label={t('numbers.dial', { number: phone(number) })} onClick={() => onDial(number)}>
          {phone(number)}
        </Button>
      ))}
    </Group>
  );
}
