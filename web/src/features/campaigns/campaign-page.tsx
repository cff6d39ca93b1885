// One campaign: made or changed. The dial mode comes first, because it decides what else is asked.
import { Alert, Button, Group, List } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { ErrorNote } from '@/components/error-note';
import { Loaded, Page } from '@/components/page';
import { RecordForm } from '@/components/record-form';
import { Destinations, Stops } from '@/features/campaigns/campaign-brakes';
import { Law } from '@/features/campaigns/campaign-law';
import { Machines } from '@/features/campaigns/campaign-machines';
import { Dialing, Limits, Retries, When, Who } from '@/features/campaigns/campaign-sections';
import { editOf, freshCampaign } from '@/features/campaigns/campaign-draft';
import { useCampaign, useSaveCampaign, useStart, type CampaignEdit } from '@/features/campaigns/campaigns-api';
import { useAllowed, useSession } from '@/lib/session';
import type { CampaignRow } from '@/lib/records';

export default function CampaignPage() {
  const { id } = useParams();
  const { tenant } = useSession();
  const campaign = useCampaign(id === undefined ? null : Number(id));
  if (id === undefined) return <Editor row={null} edit={{ campaign: freshCampaign(tenant.time_zone), status: 'runnable', lists: [] }} />;
  return <Loaded query={campaign}>{(row) => <Editor key={row.campaign.campaign_id} row={row} edit={editOf(row)} />}</Loaded>;
}

function Editor({ row, edit: stored }: { row: CampaignRow | null; edit: CampaignEdit }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [edit, setEdit] = useState(stored);
  const save = useSaveCampaign();
  const start = useStart();
  const writes = useAllowed()('campaigns:write');
  const set = (change: Partial<CampaignEdit['campaign']>) => setEdit((old) => ({ ...old, campaign: { ...old.campaign, ...change } }));
  const setWhole = (change: Partial<CampaignEdit>) => setEdit((old) => ({ ...old, ...change }));
  const part = { edit, set, setWhole };

  async function submit(andStart: boolean) {
    const saved = await save.mutateAsync(edit).catch(() => null);
    if (saved === null) return;
    if (andStart && saved.faults.length === 0) await start.mutateAsync(saved.campaign.campaign_id).catch(() => undefined);
    await navigate(saved.faults.length === 0 ? '/campaigns' : `/campaigns/${saved.campaign.campaign_id}`);
  }
  const faults = row?.faults ?? [];
  return (
    <Page title={row === null ? t('campaigns.create') : row.campaign.name}>
      {faults.length > 0 && (
        <Alert color="orange" title={t('campaigns.faults')}>
          <List>{faults.map((fault) => <List.Item key={fault}>{fault}</List.Item>)}</List>
        </Alert>
      )}
      {row?.run_id != null && <Alert color="blue">{t('campaigns.runningNow')}</Alert>}
      <RecordForm writes={writes} onSubmit={() => void submit(false)}>
        <Dialing {...part} />
        <Who {...part} />
        <When {...part} />
        <Retries {...part} />
        <Limits {...part} />
        <Destinations {...part} />
        <Stops {...part} />
        <Machines {...part} />
        <Law {...part} />
        <ErrorNote error={save.error} />
        <Group>
          <Button type="submit" loading={save.isPending}>{t('common.save')}</Button>
          {row?.run_id == null && <Button color="green" onClick={() => void submit(true)} loading={save.isPending}>{t('campaigns.saveAndStart')}</Button>}
        </Group>
      </RecordForm>
    </Page>
  );
}
