import { Checkbox, NumberInput, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormModal } from '@/components/form-modal';
import { useSave } from '@/lib/crud';
import type { TrunkRow } from '@/lib/records';

const FRESH = { name: '', host: '', login: '', prefix: '', strip_plus: true, capacity: 10, calls_per_s_max: 0, demo: false };
const CAPACITY_MAX = 10_000;

export function TrunkForm({ trunk, onClose }: { trunk: TrunkRow | null; onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState({ ...FRESH, ...trunk });
  const [password, setPassword] = useState('');
  const save = useSave<object>('/api/trunks');
  const set = (change: Partial<typeof form>) => setForm((old) => ({ ...old, ...change }));
  function submit() {
    const { name, host, login, prefix, strip_plus, capacity, calls_per_s_max } = form;
    const body = { name, host, login, prefix, strip_plus, capacity, calls_per_s_max, ...(password === '' ? {} : { password }) };
    save.mutate({ id: trunk?.trunk_id ?? null, body }, { onSuccess: onClose });
  }
  return (
    <FormModal title={t(trunk === null ? 'trunks.create' : 'trunks.edit')} opened error={save.error} busy={save.isPending} onClose={onClose} onSubmit={submit}>
      <TextInput label={t('common.name')} required data-autofocus value={form.name} onChange={(event) => set({ name: event.currentTarget.value })} />
      {!form.demo && (
        <>
          <TextInput label={t('trunks.host')} description={t('trunks.hostText')} required value={form.host} onChange={(event) => set({ host: event.currentTarget.value })} />
          <TextInput label={t('trunks.login')} description={t('trunks.loginText')} autoComplete="off" value={form.login} onChange={(event) => set({ login: event.currentTarget.value })} />
          <PasswordInput label={t('session.password')} description={trunk?.has_password ? t('trunks.passwordKept') : undefined} autoComplete="new-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword'), tabIndex: 0 }} />
        </>
      )}
      <TextInput label={t('trunks.prefix')} description={t('trunks.prefixText')} inputMode="numeric" value={form.prefix} onChange={(event) => set({ prefix: event.currentTarget.value })} />
      <Checkbox label={t('trunks.stripPlus')} checked={form.strip_plus} onChange={(event) => set({ strip_plus: event.currentTarget.checked })} />
      <NumberInput label={t('trunks.capacity')} description={t('trunks.capacityText')} required min={1} max={CAPACITY_MAX} value={form.capacity} onChange={(value) => set({ capacity: Number(value) })} />
      <NumberInput label={t('trunks.rate')} description={t('common.zeroNoLimit')} min={0} value={form.calls_per_s_max} onChange={(value) => set({ calls_per_s_max: Number(value) })} />
    </FormModal>
  );
}
