// Are the parts well, and which versions are they.
import { Badge, Card, SimpleGrid, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Loaded, Page } from '@/components/page';
import { Pairs, type Pair } from '@/components/pairs';
import { api } from '@/lib/api';
import { count } from '@/lib/format';

interface SystemReport {
  versions: Record<string, string>;
  pbx_up: boolean;
  store_up: boolean;
  sockets_open: number;
  engine: Record<string, Record<string, number | boolean>>; // by tenant
}

const REFRESH_MS = 5_000;
const FIGURES = ['running', 'lag_ms', 'queue', 'records_waiting', 'tasks', 'events_handled', 'restarts', 'store_rewinds', 'calls_lost_by_store'];

export default function SystemPage() {
  const { t } = useTranslation();
  const report = useQuery({ queryKey: ['system'], queryFn: () => api.get<SystemReport>('/api/system'), refetchInterval: REFRESH_MS });
  const lamp = (up: boolean) => <Badge tt="none" variant="light" color={up ? 'green' : 'red'}>{t(up ? 'system.up' : 'system.down')}</Badge>;
  return (
    <Page title={t('nav.system')} text={t('system.text')}>
      <Loaded query={report}>
        {(now) => (
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Facts title={t('nav.system')} rows={[[t('system.pbx'), lamp(now.pbx_up)], [t('system.store'), lamp(now.store_up)], [t('system.sockets'), count(now.sockets_open)]]} />
            <Facts title={t('system.versions')} rows={Object.entries(now.versions)} />
            {Object.entries(now.engine).map(([tenant, figures]) => (
              <Facts
                key={tenant}
                title={t('system.engine')}
                rows={FIGURES.filter((name) => figures[name] !== undefined).map((name) => [t(`system.figure.${name}`), typeof figures[name] === 'boolean' ? lamp(figures[name]) : count(Number(figures[name]))])}
              />
            ))}
          </SimpleGrid>
        )}
      </Loaded>
    </Page>
  );
}

function Facts({ title, rows }: { title: string; rows: Pair[] }) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Title order={2} size="h4" mb="xs">{title}</Title>
      <Pairs rows={rows} />
    </Card>
  );
}
