// Dispositions: what an agent may say came of a call.
import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '@/components/confirm-button';
import { FormModal } from '@/components/form-modal';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { useRemove, useRowsOf, useSave } from '@/lib/crud';
import type { CampaignRow, Disposition } from '@/lib/records';

export default function DispositionsPage() {
  const { t } = useTranslation();
  const dispositions = useRowsOf<Disposition>('/api/dispositions');
  const campaigns = useRowsOf<CampaignRow>('/api/campaigns');
  const remove = useRemove('/api/dispositions');
  const [creating, setCreating] = useState(false);
  const campaignName = (id: number | null) => (id === null ? t('dispositions.everywhere') : (campaigns.data?.find((row) => row.campaign.campaign_id === id)?.campaign.name ?? String(id)));
  const add = <Button onClick={() => setCreating(true)}>{t('dispositions.create')}</Button>;
  return (
    <Page title={t('nav.dispositions')} text={t('dispositions.text')} actions={add}>
      <Loaded query={dispositions}>
        {(rows) =>
          rows.length === 0 ? <Empty text={t('dispositions.empty')}>{add}</Empty> : (
            <Rows
              name={t('nav.dispositions')}
              rows={rows.toSorted((a, b) => a.position - b.position)}
              id={(one) => one.disposition_id}
              columns={[
                { title: t('dispositions.label'), cell: (one) => one.label },
                { title: t('dispositions.code'), cell: (one) => <code>{one.code}</code> },
                { title: t('dispositions.campaign'), cell: (one) => campaignName(one.campaign_id) },
                { title: t('dispositions.position'), cell: (one) => one.position, right: true },
                { title: t('common.actions'), cell: (one) => <ConfirmButton size="xs" variant="subtle" color="red" label={t('common.delete')} what={one.label} question={t('dispositions.deleteQuestion', { name: one.label })} onConfirm={() => remove.mutate(one.disposition_id)} /> },
              ]}
            />
          )
        }
      </Loaded>
      {creating && dispositions.data !== undefined && <DispositionForm campaigns={campaigns.data ?? []} next={dispositions.data.length + 1} onClose={() => setCreating(false)} />}
    </Page>
  );
}

function DispositionForm({ campaigns, next, onClose }: { campaigns: CampaignRow[]; next: number; onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState({ code: '', label: '', position: next, campaign_id: null as number | null });
  const save = useSave<typeof form>('/api/dispositions');
  const set = (change: Partial<typeof form>) => setForm((old) => ({ ...old, ...change }));
  return (
    <FormModal title={t('dispositions.create')} opened error={save.error} busy={save.isPending} onClose={onClose} onSubmit={() => save.mutate({ id: null, body: form }, { onSuccess: onClose })}>
      <TextInput label={t('dispositions.label')} description={t('dispositions.labelText')} required data-autofocus value={form.label} onChange={(event) => set({ label: event.currentTarget.value })} />
      <TextInput label={t('dispositions.code')} description={t('dispositions.codeText')} required value={form.code} onChange={(event) => set({ code: event.currentTarget.value })} />
      <Select label={t('dispositions.campaign')} placeholder={t('dispositions.everywhere')} clearable clearButtonProps={{ 'aria-label': t('dispositions.everywhere') }} data={campaigns.map((row) => ({ value: String(row.campaign.campaign_id), label: row.campaign.name }))} value={form.campaign_id === null ? null : String(form.campaign_id)} onChange={(id) => set({ campaign_id: id === null ? null : Number(id) })} />
      <NumberInput label={t('dispositions.position')} description={t('dispositions.positionText')} min={1} value={form.position} onChange={(value) => set({ position: Number(value) })} />
    </FormModal>
  );
}
