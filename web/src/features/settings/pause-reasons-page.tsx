// Pause reasons: why an agent takes no calls for a while.
import { Button, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '@/components/confirm-button';
import { FormModal } from '@/components/form-modal';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { useRemove, useRowsOf, useSave } from '@/lib/crud';
import { clock } from '@/lib/format';
import type { PauseReason } from '@/lib/records';

export default function PauseReasonsPage() {
  const { t } = useTranslation();
  const reasons = useRowsOf<PauseReason>('/api/pause-reasons');
  const remove = useRemove('/api/pause-reasons');
  const [creating, setCreating] = useState(false);
  const add = <Button onClick={() => setCreating(true)}>{t('pauseReasons.create')}</Button>;
  return (
    <Page title={t('nav.pauseReasons')} text={t('pauseReasons.text')} actions={add}>
      <Loaded query={reasons}>
        {(rows) =>
          rows.length === 0 ? <Empty text={t('pauseReasons.empty')}>{add}</Empty> : (
            <Rows
              name={t('nav.pauseReasons')}
              rows={rows}
              id={(reason) => reason.pause_reason_id}
              columns={[
                { title: t('common.name'), cell: (reason) => reason.name },
                { title: t('pauseReasons.max'), cell: (reason) => (reason.time_max_s === 0 ? t('common.noLimit') : clock(reason.time_max_s)), right: true },
                { title: t('common.actions'), cell: (reason) => <ConfirmButton size="xs" variant="subtle" color="red" label={t('common.delete')} what={reason.name} question={t('pauseReasons.deleteQuestion', { name: reason.name })} onConfirm={() => remove.mutate(reason.pause_reason_id)} /> },
              ]}
            />
          )
        }
      </Loaded>
      {creating && <ReasonForm onClose={() => setCreating(false)} />}
    </Page>
  );
}

function ReasonForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [minutes, setMinutes] = useState(0);
  const save = useSave<{ name: string; time_max_s: number }>('/api/pause-reasons');
  return (
    <FormModal title={t('pauseReasons.create')} opened error={save.error} busy={save.isPending} onClose={onClose} onSubmit={() => save.mutate({ id: null, body: { name, time_max_s: minutes * 60 } }, { onSuccess: onClose })}>
      <TextInput label={t('common.name')} required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <NumberInput label={t('pauseReasons.minutes')} description={t('common.zeroNoLimit')} min={0} max={1440} value={minutes} onChange={(value) => setMinutes(Number(value))} />
    </FormModal>
  );
}
