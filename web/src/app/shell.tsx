// The frame around the pages: name, navigation by role, colour scheme, own menu.
import { AppShell, Box, Burger, Divider, Group, NavLink, Text } from '@mantine/core';
import { useDisclosure, useSessionStorage } from '@mantine/hooks';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, Outlet, useLocation, useNavigation } from 'react-router';
import { ConnectionBanner } from '@/app/connection-banner';
import { Loading } from '@/app/fallbacks';
import { KeysHelp } from '@/app/keys-help';
import { PAGES, WALLBOARD, type PageEntry } from '@/app/pages';
import { Palette } from '@/app/palette';
import { UserMenu } from '@/app/user-menu';
import { Logo } from '@/components/logo';
import { LogInPage } from '@/features/session/log-in-page';
import { MustChangePassword } from '@/features/session/must-change-password';
import { useAllowed, useSession, useSessionState } from '@/lib/session';
import { ErrorNote } from '@/components/error-note';

export function Shell() {
  const { session, loading, error } = useSessionState();
  const { pathname } = useLocation();
  const [later, setLater] = useSessionStorage({ key: 'busyhour.passwordLater', defaultValue: '', getInitialValueInEffect: false });
  if (loading) return <Loading />;
  if (error !== null) return <Box p="xl"><ErrorNote error={error} /></Box>;
  if (session === null) return <LogInPage />;
  if (session.user.must_change_password && later !== session.user.login) return <MustChangePassword onLater={() => setLater(session.user.login)} />;
  return pathname === WALLBOARD ? <Outlet /> : <Frame />;
}

export function Home() {
  const pages = usePages();
  const session = useSession();
  const own = session.user.role === 'agent' ? '/desk' : '/start';
  const first = pages.find((page) => page.path === own) ?? pages[0];
  return first ? <Navigate to={first.path} replace /> : null;
}

function usePages(): PageEntry[] {
  const allowed = useAllowed();
  const session = useSession();
  return PAGES.filter(
    (page) =>
      page.title !== null &&
      (page.permission === null || allowed(page.permission)) &&
      (page.path !== '/desk' || session.user.agent_id != null),
  );
}

function Frame() {
  const { t } = useTranslation();
  const pages = usePages();
  const [open, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  const busy = useNavigation().state === 'loading';
  const alone = pages.length === 1;
  useEffect(close, [pathname, close]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !open, desktop: alone } }}
      padding="md"
    >
      <a className="skip" href="#main">{t('shell.skip')}</a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            {!alone && <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('nav.menu')} />}
            <Logo />
            <Text fw={700} visibleFrom={alone ? undefined : 'xs'} component={Link} to="/" c="inherit" td="none">Busyhour</Text>
          </Group>
          <UserMenu />
        </Group>
      </AppShell.Header>
      {!alone && (
        <AppShell.Navbar p="xs" component="nav" aria-label={t('nav.label')}>
          <Links pages={pages.filter((page) => page.group === 'work')} pathname={pathname} />
          {pages.some((page) => page.group === 'setup') && <Divider my="xs" label={t('nav.setup')} />}
          <Links pages={pages.filter((page) => page.group === 'setup')} pathname={pathname} />
        </AppShell.Navbar>
      )}
      <AppShell.Main id="main" tabIndex={-1} aria-busy={busy}>
        <ConnectionBanner />
        <Outlet />
      </AppShell.Main>
      <Palette pages={pages} />
      <KeysHelp />
    </AppShell>
  );
}

function Links({ pages, pathname }: { pages: PageEntry[]; pathname: string }) {
  const { t } = useTranslation();
  return pages.map((page) => {
    const active = pathname === page.path || pathname.startsWith(`${page.path}/`);
    return (
      <NavLink
        key={page.path}
        component={Link}
        to={page.path}
        label={t(page.title!)}
        active={active}
        aria-current={active ? 'page' : undefined}
        style={{ borderRadius: 8 }}
      />
    );
  });
}
