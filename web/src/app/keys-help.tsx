// The list of keys behind `?`.
import { Kbd, Modal, Stack, Switch, Table, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { keysText, setSingleKeys, useActions, useOffer } from '@/lib/actions';

export function KeysHelp() {
  const { t } = useTranslation();
  const [open, { open: show, close }] = useDisclosure(false);
  const own = useMemo(() => [{ id: 'keys', label: t('keys.show'), group: t('keys.general'), keys: '?', perform: show }], [t, show]);
  useOffer(own);
  const { actions, singleKeys } = useActions();
  const shown = [...actions.values()].filter((action) => action.keys !== null);
  const groups = [...new Set(shown.map((action) => action.group))].toReversed();
  return (
    <Modal opened={open} onClose={close} title={t('keys.title')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack>
        <Switch
          checked={singleKeys}
          onChange={(event) => setSingleKeys(event.currentTarget.checked)}
          label={t('keys.single')}
          description={t('keys.singleText')}
        />
        {groups.map((group) => (
          <div key={group}>
            <Title order={3} size="h5">{group}</Title>
            <Table>
              <Table.Tbody>
                {shown.filter((action) => action.group === group).map((action) => (
                  <Table.Tr key={action.id}>
                    <Table.Td>{action.label}</Table.Td>
                    <Table.Td ta="right"><Kbd>{keysText(action.keys!)}</Kbd></Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        ))}
        <Text size="sm" c="dimmed">{t('keys.palette')}</Text>
      </Stack>
    </Modal>
  );
}
