import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PasswordForm } from '@/features/session/password-form';

export function ChangePassword({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('session.changePassword')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <PasswordForm onDone={onClose} />
    </Modal>
  );
}
