// Shows a page to those who may see it.
import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useAllowed } from '@/lib/session';

export function Allowed({ permission, children }: { permission: string | null; children: ReactNode }) {
  const { t } = useTranslation();
  const allowed = useAllowed();
  if (permission === null || allowed(permission)) return children;
  return (
    <Alert color="orange" title={t('shell.forbidden')}>
      {t('shell.forbiddenText')}
    </Alert>
  );
}
