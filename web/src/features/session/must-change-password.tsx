// Someone else knows this password: the first thing to do is to choose another.
import { Button, Card, Center, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PasswordForm } from '@/features/session/password-form';
import { useLogOut } from '@/lib/session';

export function MustChangePassword({ onLater }: { onLater: () => void }) {
  const { t } = useTranslation();
  const logOut = useLogOut();
  return (
    <Center component="main" mih="90vh" p="md">
      <Card withBorder shadow="sm" padding="xl" w={420} maw="100%">
        <Stack>
          <Title order={1} size="h3">{t('session.mustChange')}</Title>
          <Text>{t('session.mustChangeText')}</Text>
          <PasswordForm />
          <Button variant="default" onClick={onLater}>{t('session.later')}</Button>
          <Button variant="subtle" onClick={() => logOut.mutate()}>{t('session.logOut')}</Button>
        </Stack>
      </Card>
    </Center>
  );
}
