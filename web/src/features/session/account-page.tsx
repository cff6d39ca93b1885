// Own password and own API tokens.
import { Alert, Button, Card, Code, CopyButton, Group, Modal, Stack, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '@/components/confirm-button';
import { FormModal } from '@/components/form-modal';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { PasswordForm } from '@/features/session/password-form';
import { useRemove, useRowsOf, useSave } from '@/lib/crud';
import { dateTime } from '@/lib/format';
import { useSession } from '@/lib/session';

interface ApiToken {
  token_id: number;
  name: string;
  prefix: string;
  created_utc_s: number;
  expires_utc_s: number | null;
  last_used_utc_s: number | null;
}

export default function AccountPage() {
  const { t } = useTranslation();
  const { user } = useSession();
  return (
    <Page title={t('session.account')} text={`${user.name} · ${user.login}`}>
      <Card withBorder maw={480} component="section" aria-label={t('session.changePassword')}>
        <Title order={2} size="h4" mb="sm">{t('session.changePassword')}</Title>
        <PasswordForm />
      </Card>
      <Tokens />
    </Page>
  );
}

function Tokens() {
  const { t } = useTranslation();
  const tokens = useRowsOf<ApiToken>('/api/tokens');
  const remove = useRemove('/api/tokens');
  const [creating, setCreating] = useState(false);
  const add = <Button onClick={() => setCreating(true)}>{t('tokens.create')}</Button>;
  return (
    <Stack component="section" aria-label={t('tokens.title')} gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4">{t('tokens.title')}</Title>
        {add}
      </Group>
      <Loaded query={tokens}>
        {(rows) =>
          rows.length === 0 ? <Empty text={`${t('tokens.empty')} ${t('tokens.text')}`} /> : (
            <Rows
              name={t('tokens.title')}
              rows={rows}
              id={(token) => token.token_id}
              columns={[
                { title: t('common.name'), cell: (token) => token.name },
                { title: t('tokens.prefix'), cell: (token) => <code>{token.prefix}</code> },
                { title: t('common.created'), cell: (token) => dateTime(token.created_utc_s) },
                { title: t('tokens.last'), cell: (token) => dateTime(token.last_used_utc_s) || t('tokens.never') },
                { title: t('common.actions'), cell: (token) => <ConfirmButton size="xs" variant="subtle" color="red" label={t('common.delete')} what={token.name} question={t('tokens.deleteQuestion', { name: token.name })} onConfirm={() => remove.mutate(token.token_id)} /> },
              ]}
            />
          )
        }
      </Loaded>
      {creating && <CreateToken onClose={() => setCreating(false)} />}
    </Stack>
  );
}

function CreateToken({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const save = useSave<{ name: string }, { token: string }>('/api/tokens');
  if (save.data) {
    const { token } = save.data;
    return (
      <Modal opened onClose={onClose} title={t('tokens.create')} closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('common.close') }}>
        <Stack>
          <Alert color="orange">{t('tokens.once')}</Alert>
          <Code fz="md" style={{ overflowWrap: 'anywhere' }}>{token}</Code>
          <CopyButton value={token}>{({ copied, copy }) => <Button onClick={copy}>{t(copied ? 'common.copied' : 'common.copy')}</Button>}</CopyButton>
        </Stack>
      </Modal>
    );
  }
  return (
    <FormModal title={t('tokens.create')} opened error={save.error} busy={save.isPending} onClose={onClose} onSubmit={() => save.mutate({ id: null, body: { name } })}>
      <TextInput label={t('common.name')} required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
    </FormModal>
  );
}
