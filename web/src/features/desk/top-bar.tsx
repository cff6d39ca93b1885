// Always in sight: own state with its timer, the phone, ready and pause, the day's figures.
import { Button, Card, Group, Menu, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { StateBadge } from '@/components/state-badge';
import { Since, Until } from '@/components/timer';
import type { Desk } from '@/features/desk/desk-api';
import { PhoneStatus } from '@/features/desk/phone-status';
import type { DeskActions } from '@/features/desk/use-desk-actions';
import { clock } from '@/lib/format';
import type { AgentView } from '@/lib/views';

interface Props {
  desk: Desk;
  me: AgentView | null;
  actions: DeskActions;
  browser: boolean;
}

export function TopBar({ desk, me, actions, browser }: Props) {
  const { t } = useTranslation();
  return (
    <Card withBorder padding="sm" component="section" aria-label={t('desk.status')}>
      <h1 className="mantine-visually-hidden" style={HIDDEN}>{t('nav.desk')}</h1>
      <Group justify="space-between" gap="md">
        <OwnState me={me} />
        <PhoneStatus browser={browser} phone={me?.phone ?? 'gone'} />
        <Buttons desk={desk} me={me} actions={actions} />
      </Group>
    </Card>
  );
}

const HIDDEN = { position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)', margin: 0 } as const;

function OwnState({ me }: { me: AgentView | null }) {
  const { t } = useTranslation();
  if (me === null) return <Text c="dimmed">{t('desk.connecting')}</Text>;
  return (
    <Group gap="sm">
      <StateBadge state={me.state} reason={me.reason} size="xl" />
      <Text size="xl" fw={600}><Since utcS={me.since_utc_s} /></Text>
      {me.deadline_utc_s !== null && (
        <Text size="sm" c="dimmed">{t('desk.endsIn')} <Until utcS={me.deadline_utc_s} /></Text>
      )}
      {me.next_pause !== null && <Text size="sm">{t('desk.nextPause', { reason: t(`reason.${me.next_pause}`, { defaultValue: me.next_pause }) })}</Text>}
      <Text size="sm" c="dimmed" className="nums">{t('desk.today', { count: me.handled, talk: clock(me.talk_s) })}</Text>
    </Group>
  );
}

function Buttons({ desk, me, actions }: { desk: Desk; me: AgentView | null; actions: DeskActions }) {
  const { t } = useTranslation();
  const paused = me === null || me.state === 'not_ready' || me.state === 'offline' || me.next_pause !== null;
  return (
    <Group gap="xs">
      <Button size="md" color="green" onClick={actions.ready} disabled={me === null || !paused} leftSection={<Icon name="check" />} title="Ctrl + Shift + R">
        {t('desk.ready')}
      </Button>
      <Menu>
        <Menu.Target>
          <Button size="md" variant="default" disabled={me === null} rightSection={<Icon name="down" />}>{t('desk.pause')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {desk.pause_reasons.map((reason) => (
            <Menu.Item key={reason.pause_reason_id} onClick={() => actions.pause(reason.name)}>
              {reason.name}
              {reason.time_max_s > 0 && <Text span size="sm" c="dimmed"> · {t('desk.atMost', { time: clock(reason.time_max_s) })}</Text>}
            </Menu.Item>
          ))}
          {desk.pause_reasons.length === 0 && <Menu.Label>{t('desk.noReasons')}</Menu.Label>}
          <Menu.Divider />
          <Menu.Item onClick={actions.logOff}>{t('desk.logOff')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
