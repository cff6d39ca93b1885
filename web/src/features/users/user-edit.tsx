import { Checkbox, Divider, NumberInput, PasswordInput, Select, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormModal } from '@/components/form-modal';
import { SkillsInput } from '@/components/skills-input';
import { skillRows, skillsOf } from '@/features/queues/queue-draft';
import { useKnownSkills } from '@/features/queues/queues-api';
import { ROLES } from '@/features/users/user-create';
import { useEditUser } from '@/features/users/users-api';
import type { Agent, LegMode, PhoneKind, Role, User } from '@/lib/records';

export function UserEditForm({ user, agent, onClose }: { user: User; agent: Agent | null; onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState({ name: user.name, role: user.role, disabled: user.disabled });
  const [phone, setPhone] = useState({ phone_kind: agent?.phone_kind ?? 'browser', sip_address: agent?.sip_address ?? '', leg_mode: agent?.leg_mode ?? 'persistent', may_dial: agent?.may_dial ?? false, acw_s: agent?.acw_s ?? 0 });
  const [password, setPassword] = useState('');
  const [skills, setSkills] = useState(skillRows(agent?.skills ?? {}));
  const known = useKnownSkills();
  const save = useEditUser();
  function submit() {
    const edit = { ...form, ...(password === '' ? {} : { password }) };
    save.mutate({ user, edit, agent: agent === null ? null : phone, skills: agent === null ? null : skillsOf(skills) }, { onSuccess: onClose });
  }
  return (
    <FormModal title={t('users.edit', { login: user.login })} opened error={save.error} busy={save.isPending} onClose={onClose} onSubmit={submit}>
      <TextInput label={t('common.name')} data-autofocus value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} />
      <Select label={t('users.role')} data={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))} value={form.role} onChange={(role) => role !== null && setForm({ ...form, role: role as Role })} allowDeselect={false} />
      <PasswordInput label={t('session.newPassword')} description={t('users.passwordKeep')} autoComplete="new-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword'), tabIndex: 0 }} />
      <Checkbox label={t('users.disable')} checked={form.disabled} onChange={(event) => setForm({ ...form, disabled: event.currentTarget.checked })} />
      {agent !== null && (
        <>
          <Divider label={t('users.agent')} />
          <Select label={t('users.phone')} data={['browser', 'sip'].map((value) => ({ value, label: t(`phoneKind.${value}`) }))} value={phone.phone_kind} onChange={(kind) => kind !== null && setPhone({ ...phone, phone_kind: kind as PhoneKind })} allowDeselect={false} />
          {phone.phone_kind === 'sip' && <TextInput label={t('users.sipAddress')} placeholder="sip:user@host" required value={phone.sip_address} onChange={(event) => setPhone({ ...phone, sip_address: event.currentTarget.value })} />}
          <Select label={t('users.legMode')} description={t(`users.legText.${phone.leg_mode}`)} data={['persistent', 'per_call'].map((value) => ({ value, label: t(`legMode.${value}`) }))} value={phone.leg_mode} onChange={(mode) => mode !== null && setPhone({ ...phone, leg_mode: mode as LegMode })} allowDeselect={false} />
          <Checkbox label={t('users.mayDial')} description={t('users.mayDialText')} checked={phone.may_dial} onChange={(event) => setPhone({ ...phone, may_dial: event.currentTarget.checked })} />
          <NumberInput label={t('users.acw')} description={t('users.acwText')} min={0} max={7200} value={phone.acw_s} onChange={(seconds) => setPhone({ ...phone, acw_s: Number(seconds) })} />
          <Divider label={t('users.skills')} />
          <Text size="sm" c="dimmed">{t('users.skillsText')}</Text>
          <SkillsInput label={t('users.skills')} known={known} value={skills} onChange={setSkills} />
        </>
      )}
    </FormModal>
  );
}
