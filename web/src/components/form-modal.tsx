// A form in a window: its fields, its error, one button.
import { Button, Modal, Stack } from '@mantine/core';
import type { ReactNode, SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '@/components/error-note';

interface Props {
  title: string;
  opened: boolean;
  error: unknown;
  busy: boolean;
  onClose: () => void;
  onSubmit: () => void;
  children: ReactNode;
}

export function FormModal({ title, opened, error, busy, onClose, onSubmit, children }: Props) {
  const { t } = useTranslation();
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    onSubmit();
  }
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {children}
          <ErrorNote error={error} />
          <Button type="submit" loading={busy}>{t('common.save')}</Button>
        </Stack>
      </form>
    </Modal>
  );
}
