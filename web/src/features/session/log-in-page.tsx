import { Button, Card, Center, Group, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '@/components/error-note';
import { Logo } from '@/components/logo';
import { useLogIn } from '@/lib/session';

export function LogInPage() {
  const { t } = useTranslation();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const logIn = useLogIn();
  useDocumentTitle(`${t('session.logIn')} · Busyhour`);
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    logIn.mutate({ login, password });
  }
  return (
    <Center component="main" mih="90vh" p="md">
      <Card withBorder shadow="sm" padding="xl" w={380} maw="100%">
        <form onSubmit={submit}>
          <Stack>
            <Group gap="sm">
              <Logo size={36} />
              <Title order={1} size="h2">Busyhour</Title>
            </Group>
            <TextInput label={t('session.login')} name="username" autoComplete="username" required value={login} onChange={(event) => setLogin(event.currentTarget.value)} />
            <PasswordInput label={t('session.password')} name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword'), tabIndex: 0 }} />
            <ErrorNote error={logIn.error} />
            <Button type="submit" loading={logIn.isPending}>{t('session.logIn')}</Button>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
