// A button that asks before it does what cannot be undone.
import { Button, Group, Modal, Stack, Text, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';

interface Props extends ButtonProps {
  label: string;
  /** Names the thing, for those who hear one button after the other. */
  what?: string;
  question: string;
  onConfirm: () => void;
}

export function ConfirmButton({ label, what, question, onConfirm, ...look }: Props) {
  const { t } = useTranslation();
  const [open, { open: ask, close }] = useDisclosure(false);
  const id = useId();
  return (
    <>
      <Button {...look} onClick={ask} aria-label={what === undefined ? undefined : `${label}: ${what}`}>{label}</Button>
      <Modal opened={open} onClose={close} title={label} closeButtonProps={{ 'aria-label': t('common.close') }} aria-describedby={id}>
        <Stack>
          <Text id={id}>{question}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>{t('common.cancel')}</Button>
            <Button color="red" onClick={() => { close(); onConfirm(); }}>{label}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
