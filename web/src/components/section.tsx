// One part of a long form, with its heading.
import { Card, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Stack gap="sm">
        <div>
          <Title order={2} size="h4">{title}</Title>
          {text !== undefined && <Text size="sm" c="dimmed">{text}</Text>}
        </div>
        {children}
      </Stack>
    </Card>
  );
}
