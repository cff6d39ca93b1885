// A new user. A password that the server made is shown once, here.
import { Alert, Button, Code, CopyButton, Group, Modal, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormModal } from '@/components/form-modal';
import { useCreateUser, type NewUser } from '@/features/users/users-api';
import type { Role } from '@/lib/records';

export const ROLES: Role[] = ['agent', 'supervisor', 'administrator'];

export function UserCreate({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState<NewUser>({ login: '', name: '', role: 'agent' });
  const [password, setPassword] = useState('');
  const create = useCreateUser();
  const set = (change: Partial<NewUser>) => setForm((old) => ({ ...old, ...change }));
  const made = create.data?.password;
  if (create.isSuccess && made) return <Once login={form.login} password={made} onClose={onClose} />;
  function submit() {
    create.mutate(password === '' ? form : { ...form, password }, { onSuccess: ({ password: fresh }) => fresh ?? onClose() });
  }
  return (
    <FormModal title={t('users.create')} opened error={create.error} busy={create.isPending} onClose={onClose} onSubmit={submit}>
      <TextInput label={t('session.login')} required data-autofocus autoComplete="off" value={form.login} onChange={(event) => set({ login: event.currentTarget.value })} />
      <TextInput label={t('common.name')} value={form.name} onChange={(event) => set({ name: event.currentTarget.value })} />
      <Select label={t('users.role')} description={t(`users.roleText.${form.role}`)} data={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))} value={form.role} onChange={(role) => role !== null && set({ role: role as Role })} allowDeselect={false} />
      <PasswordInput label={t('session.password')} description={t('users.passwordText')} autoComplete="new-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword'), tabIndex: 0 }} />
    </FormModal>
  );
}

function Once({ login, password, onClose }: { login: string; password: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={t('users.created')} closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack>
        <Alert color="orange">{t('users.once')}</Alert>
        <Text>{t('session.login')}: <Code fz="md">{login}</Code></Text>
        <Text>{t('session.password')}: <Code fz="md">{password}</Code></Text>
        <Group justify="flex-end">
          <CopyButton value={password}>
            {({ copied, copy }) => <Button variant="default" onClick={copy}>{t(copied ? 'common.copied' : 'common.copy')}</Button>}
          </CopyButton>
          <Button onClick={onClose}>{t('common.close')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
