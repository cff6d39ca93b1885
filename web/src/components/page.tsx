// A page's frame: one h1, its actions, its texts for loading, failing and being empty.
import { Card, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '@/components/error-note';

export function Page({ title, text, actions, children }: { title: string; text?: string; actions?: ReactNode; children: ReactNode }) {
  useDocumentTitle(`${title} · Busyhour`);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start">
        <div className="grow">
          <Title order={1} size="h2">{title}</Title>
          {text !== undefined && <Text c="dimmed">{text}</Text>}
        </div>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

interface Loadable<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
}

export function Loaded<T>({ query, children }: { query: Loadable<T>; children: (data: T) => ReactNode }) {
  const { t } = useTranslation();
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ErrorNote error={query.error} />;
  return <Loader aria-label={t('shell.loading')} />;
}

/** Why it is empty, and the one next thing to do. */
export function Empty({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <Card withBorder padding="xl">
      <Stack align="center" gap="sm">
        <Text ta="center" maw={520}>{text}</Text>
        {children}
      </Stack>
    </Card>
  );
}
