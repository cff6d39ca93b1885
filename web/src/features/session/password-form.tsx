import { Button, PasswordInput, Stack } from '@mantine/core';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '@/components/error-note';
import { done } from '@/components/notify';
import { useChangePassword } from '@/lib/session';

export function PasswordForm({ onDone }: { onDone?: () => void }) {
  const { t } = useTranslation();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const change = useChangePassword();
  const toggle = { 'aria-label': t('session.showPassword'), tabIndex: 0 };
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    change.mutate(
      { old, new: fresh },
      {
        onSuccess: () => {
          done(t('session.passwordChanged'));
          onDone?.();
        },
      },
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <PasswordInput label={t('session.oldPassword')} autoComplete="current-password" required value={old} onChange={(event) => setOld(event.currentTarget.value)} visibilityToggleButtonProps={toggle} />
        <PasswordInput label={t('session.newPassword')} autoComplete="new-password" required value={fresh} onChange={(event) => setFresh(event.currentTarget.value)} visibilityToggleButtonProps={toggle} />
        <ErrorNote error={change.error} />
        <Button type="submit" loading={change.isPending}>{t('session.changePassword')}</Button>
      </Stack>
    </form>
  );
}
