import { Anchor, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { ConfirmButton } from '@/components/confirm-button';
import { ErrorNote } from '@/components/error-note';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { useCreateList, useDeleteList, useLists } from '@/features/lists/lists-api';
import { count, dateTime } from '@/lib/format';
import type { ContactList } from '@/lib/records';

export default function ListsPage() {
  const { t } = useTranslation();
  const lists = useLists();
  const [creating, { open, close }] = useDisclosure(false);
  return (
    <Page title={t('nav.lists')} text={t('lists.text')} actions={<Button onClick={open}>{t('lists.create')}</Button>}>
      <Loaded query={lists}>
        {(rows) => (rows.length === 0 ? <Empty text={t('lists.empty')}><Button onClick={open}>{t('lists.create')}</Button></Empty> : <Table rows={rows} />)}
      </Loaded>
      <CreateList opened={creating} onClose={close} />
    </Page>
  );
}

function Table({ rows }: { rows: ContactList[] }) {
  const { t } = useTranslation();
  const remove = useDeleteList();
  return (
    <Rows
      name={t('nav.lists')}
      rows={rows}
      id={(list) => list.list_id}
      columns={[
        { title: t('common.name'), cell: (list) => <Anchor component={Link} to={`/lists/${list.list_id}`} underline="always">{list.name}</Anchor> },
        { title: t('lists.contacts'), cell: (list) => count(list.contacts), right: true },
        { title: t('lists.numbers'), cell: (list) => count(list.numbers), right: true },
        { title: t('common.created'), cell: (list) => dateTime(list.created_utc_s) },
        {
          title: t('common.actions'),
          cell: (list) => (
            <Group gap="xs" wrap="nowrap">
              <Button component={Link} to={`/lists/${list.list_id}/import`} size="xs" variant="light" aria-label={`${t('import.do')}: ${list.name}`}>{t('import.do')}</Button>
              <ConfirmButton size="xs" variant="subtle" color="red" label={t('common.delete')} what={list.name} question={t('lists.deleteQuestion', { name: list.name })} onConfirm={() => remove.mutate(list.list_id)} />
            </Group>
          ),
        },
      ]}
    />
  );
}

function CreateList({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const create = useCreateList();
  const navigate = useNavigate();
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    create.mutate(name, { onSuccess: (list) => void navigate(`/lists/${list.list_id}/import`) });
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t('lists.create')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput label={t('common.name')} required maxLength={200} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <ErrorNote error={create.error} />
          <Button type="submit" loading={create.isPending}>{t('lists.createNext')}</Button>
        </Stack>
      </form>
    </Modal>
  );
}
