// The first-run checklist: what is done, what is next, and where to do it.
import { Anchor, Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Icon } from '@/components/icon';
import { Loaded, Page } from '@/components/page';
import { api } from '@/lib/api';

interface Item {
  key: string;
  done: boolean;
  title: string;
  text: string;
  link: string;
}

const REFRESH_MS = 10_000;

export default function ChecklistPage() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['checklist'],
    queryFn: () => api.get<{ items: Item[] }>('/api/checklist'),
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  });
  return (
    <Page title={t('checklist.title')} text={t('checklist.text')}>
      <Loaded query={query}>{({ items }) => <Items items={items} />}</Loaded>
    </Page>
  );
}

function Items({ items }: { items: Item[] }) {
  const { t } = useTranslation();
  const next = items.find((item) => !item.done)?.key;
  return (
    <Stack gap="sm" component="ol" p={0} m={0} style={{ listStyle: 'none' }}>
      {items.map((item) => (
        <Card withBorder key={item.key} component="li" padding="md">
          <Group wrap="nowrap" align="flex-start">
            <Badge color={item.done ? 'green' : item.key === next ? 'indigo' : 'gray'} variant="light" tt="none" w={90} flex="none" leftSection={item.done ? <Icon name="check" size={12} /> : undefined}>
              {t(item.done ? 'checklist.done' : item.key === next ? 'checklist.next' : 'checklist.open')}
            </Badge>
            <div className="grow">
              <Title order={2} size="h5"><Anchor component={Link} to={item.link} inherit underline="always">{item.title}</Anchor></Title>
              <Text size="sm" c="dimmed">{item.text}</Text>
            </div>
          </Group>
        </Card>
      ))}
    </Stack>
  );
}
