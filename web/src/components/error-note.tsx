// An error as the server told it: what is wrong and what to do next.
import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/lib/api';

export function errorText(error: unknown): string {
  return error instanceof ApiError ? error.text : String(error);
}

export function ErrorNote({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (error === null || error === undefined) return null;
  return (
    <Alert color="red" title={t('common.error')} role="alert">
      <span className="pre">{errorText(error)}</span>
    </Alert>
  );
}
