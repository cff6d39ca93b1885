// Colour scheme, keys, own password, log out.
import { ActionIcon, Button, Group, Menu, SegmentedControl, Text, useMantineColorScheme } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useLogOut, useSession } from '@/lib/session';
import { zone } from '@/lib/format';
import { useActions } from '@/lib/actions';
import { Icon } from '@/components/icon';

export function UserMenu() {
  const { t } = useTranslation();
  const { user, tenant } = useSession();
  const logOut = useLogOut();
  return (
    <Group gap="xs" wrap="nowrap">
      <ActionIcon variant="default" size="lg" aria-label={t('palette.open')} title={`${t('palette.open')} (Ctrl + K)`} onClick={spotlight.open}>
        <Icon name="search" />
      </ActionIcon>
      <Menu position="bottom-end" width={260} closeOnItemClick>
        <Menu.Target>
          <Button variant="default" rightSection={<Icon name="down" />} maw={{ base: 132, xs: 180 }}>{user.name || user.login}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{tenant.name} · {t(`role.${user.role}`)}</Menu.Label>
          <Menu.Label>{t('shell.zone', { zone: zone() })}</Menu.Label>
          <SchemeItem />
          <Menu.Item onClick={() => useActions.getState().actions.get('keys')?.perform()}>{t('keys.title')}</Menu.Item>
          <Menu.Item component={Link} to="/account">{t('session.account')}</Menu.Item>
          <Menu.Divider />
          <Menu.Item onClick={() => logOut.mutate()}>{t('session.logOut')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function SchemeItem() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div style={{ padding: '4px 12px 8px' }}>
      <Text size="sm" mb={4}>{t('scheme.label')}</Text>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t('scheme.label')}
        value={colorScheme}
        onChange={(value) => setColorScheme(value as 'auto' | 'light' | 'dark')}
        data={[
          { value: 'auto', label: t('scheme.auto') },
          { value: 'light', label: t('scheme.light') },
          { value: 'dark', label: t('scheme.dark') },
        ]}
      />
    </div>
  );
}
