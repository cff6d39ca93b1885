// What is shown when there is no page to show.
import { Alert, Anchor, Button, Center, Loader, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useRouteError } from 'react-router';

export function Loading() {
  const { t } = useTranslation();
  return (
    <Center mih={300}>
      <Loader aria-label={t('shell.loading')} />
    </Center>
  );
}

export function Missing() {
  const { t } = useTranslation();
  return (
    <Alert title={t('shell.missing')}>
      {t('shell.missingText')} <Anchor component={Link} to="/" underline="always">{t('shell.home')}</Anchor>
    </Alert>
  );
}

export function Broken() {
  const { t } = useTranslation();
  const error = useRouteError();
  return (
    <Alert color="red" title={t('shell.broken')} m="md">
      <Stack align="flex-start">
        <div className="pre">{error instanceof Error ? error.message : String(error)}</div>
        <Button onClick={() => window.location.reload()}>{t('shell.reload')}</Button>
      </Stack>
    </Alert>
  );
}
