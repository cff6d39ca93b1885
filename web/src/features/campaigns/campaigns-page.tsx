// Campaigns with their state; start, pause, remove.
import { Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ConfirmButton } from '@/components/confirm-button';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { StateBadge } from '@/components/state-badge';
import { useDeleteCampaign, useRunOrder, useStart } from '@/features/campaigns/campaigns-api';
import { getRows } from '@/lib/api';
import type { CampaignRow } from '@/lib/records';

const REFRESH_MS = 4_000;

export default function CampaignsPage() {
  const { t } = useTranslation();
  const campaigns = useQuery({ queryKey: ['/api/campaigns'], queryFn: () => getRows<CampaignRow>('/api/campaigns'), refetchInterval: REFRESH_MS, staleTime: 0 });
  const add = <Button component={Link} to="/campaigns/new">{t('campaigns.create')}</Button>;
  return (
    <Page title={t('nav.campaigns')} text={t('campaigns.text')} actions={add}>
      <Loaded query={campaigns}>
        {(rows) =>
          rows.length === 0 ? <Empty text={t('campaigns.empty')}>{add}</Empty> : (
            <Rows
              name={t('nav.campaigns')}
              rows={rows}
              id={(row) => row.campaign.campaign_id}
              minWidth={760}
              columns={[
                { title: t('common.name'), cell: (row) => <Name row={row} /> },
                { title: t('campaigns.mode'), cell: (row) => t(`dialMode.${row.campaign.dial_mode}`) },
                { title: t('campaigns.lists'), cell: (row) => row.lists.map((list) => (list.role === 'black' ? `${list.name} (${t('listRole.black')})` : list.name)).join(', ') },
                { title: t('campaigns.state'), cell: (row) => (row.run_state === null ? t(row.faults.length > 0 ? 'campaigns.notReady' : `campaignStatus.${row.status}`) : <StateBadge state={row.run_state} />) },
                { title: t('common.actions'), cell: (row) => <Buttons row={row} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

function Name({ row }: { row: CampaignRow }) {
  return (
    <Stack gap={2}>
      <Anchor component={Link} to={`/campaigns/${row.campaign.campaign_id}`} underline="always">{row.campaign.name}</Anchor>
      {row.faults.length > 0 && (
        <List size="sm">{row.faults.map((fault) => <List.Item key={fault}><Text size="sm" c="orange">{fault}</Text></List.Item>)}</List>
      )}
    </Stack>
  );
}

function Buttons({ row }: { row: CampaignRow }) {
  const { t } = useTranslation();
  const start = useStart();
  const order = useRunOrder();
  const remove = useDeleteCampaign();
  const { campaign_id: id, name } = row.campaign;
  if (row.run_id === null) {
    return (
      <Group gap="xs" wrap="nowrap">
        <Button size="xs" color="green" onClick={() => start.mutate(id)} loading={start.isPending} disabled={row.faults.length > 0 || row.status !== 'runnable'} aria-label={`${t('campaigns.start')}: ${name}`}>{t('campaigns.start')}</Button>
        <ConfirmButton size="xs" variant="subtle" color="red" label={t('common.delete')} what={name} question={t('campaigns.deleteQuestion', { name })} onConfirm={() => remove.mutate(id)} />
      </Group>
    );
  }
  const runId = row.run_id;
  const paused = row.run_state === 'paused';
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="xs" variant="light" onClick={() => order.mutate({ runId, order: paused ? 'unpause' : 'pause' })} loading={order.isPending} aria-label={`${t(paused ? 'campaigns.unpause' : 'campaigns.pause')}: ${name}`}>{t(paused ? 'campaigns.unpause' : 'campaigns.pause')}</Button>
      <ConfirmButton size="xs" variant="subtle" color="red" label={t('campaigns.remove')} what={name} question={t('campaigns.removeQuestion', { name })} onConfirm={() => order.mutate({ runId, order: 'remove' })} />
    </Group>
  );
}
