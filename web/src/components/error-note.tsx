// An error as the server told it: what is wrong and what to do next.
import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/lib/api';

export function errorText(error: unknown): string {
  return error instanceof ApiError ? error.text : String(error);
}

/** Below a long form it would not be seen. */
function show(note: HTMLElement | null) {
  note?.scrollIntoView({ block: 'nearest' });
}

export function ErrorNote({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (error === null || error === undefined) return null;
  const text = errorText(error);
  return (
    <Alert key={text} ref={show} color="red" title={t('common.error')} role="alert">
      <span className="pre">{text}</span>
    </Alert>
  );
}
