// The call in hand, or why there is none. The buttons stay in one place.
import { Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from '@/components/icon';
import { Since } from '@/components/timer';
import type { ContactInHand } from '@/features/desk/desk-api';
import { Keypad } from '@/features/desk/keypad';
import { LastTried } from '@/features/desk/manual-dial';
import { usePhone } from '@/features/desk/phone/phone';
import { PreviewCard } from '@/features/desk/preview-card';
import { RecordingControl } from '@/features/desk/recording-control';
import type { DeskActions } from '@/features/desk/use-desk-actions';
import { clock, phone } from '@/lib/format';
import type { AgentView, CallView } from '@/lib/views';

interface Props {
  me: AgentView | null;
  call: CallView | null;
  actions: DeskActions;
  browser: boolean;
  inHand: ContactInHand | undefined;
}

export function CallCard({ me, call, actions, browser, inHand }: Props) {
  const { t } = useTranslation();
  return (
    <Card withBorder padding="lg" component="section" aria-label={t('desk.call')}>
      {call === null || me === null ? (
        me?.consult ? null : <NoCall me={me} />
      ) : call.state === 'reserved' ? (
        <PreviewCard call={call} inHand={inHand} />
      ) : (
        <Call me={me} call={call} campaign={inHand?.campaign.name} />
      )}
      <Controls me={me} call={call} actions={actions} browser={browser} />
      {call?.recording != null && <RecordingControl recording={call.recording} />}
      {actions.keypad && <Keypad />}
    </Card>
  );
}

function NoCall({ me }: { me: AgentView | null }) {
  const { t } = useTranslation();
  const key = me === null ? 'connecting' : me.state;
  return (
    <Stack align="center" gap={4} mih={120} justify="center">
      <Title order={2} size="h3">{t(`desk.idle.${key}`)}</Title>
      <Text c="dimmed" ta="center">{t(`desk.idle.${key}Text`)}</Text>
      {me !== null && <LastTried me={me} />}
    </Stack>
  );
}

export function nameOf(call: CallView): string {
  return call.caller?.shown || call.contact_name || phone(call.number);
}

function Call({ me, call, campaign }: { me: AgentView; call: CallView; campaign: string | undefined }) {
  const { t } = useTranslation();
  const ended = me.state === 'acw';
  const muted = usePhone((now) => now.muted);
  return (
    <Group justify="space-between" align="flex-start" mih={120} className="arrives" key={call.call}>
      <div className="grow">
        <Text size="sm" c="dimmed">{call.caller?.queue_name ?? campaign ?? ''}</Text>
        <Title order={2}>{nameOf(call)}</Title>
        <Text size="lg" className="nums">{call.number === '' ? t('caller.withheld') : phone(call.number)}</Text>
        {call.caller === null ? (
          <Text size="sm" c="dimmed">{t('desk.attempt', { number: call.attempt_no })}</Text>
        ) : (
          <Text size="sm" c="dimmed">{t(call.caller.callback ? 'caller.calledBackAfter' : 'caller.waited', { time: clock(call.caller.waited_s) })}</Text>
        )}
      </div>
      <Stack gap={6} align="flex-end">
        {!ended && <Text size="28px" fw={650}><Since utcS={call.joined_utc_s ?? call.answered_utc_s ?? call.placed_utc_s} /></Text>}
        <Badge size="lg" tt="none" variant="light" color={ended ? 'gray' : call.held ? 'orange' : 'blue'}>
          {t(ended ? 'callState.ended' : call.held ? 'callState.held' : `callState.${call.state}`)}
        </Badge>
        {me.supervised_by && !ended ? <Badge size="lg" tt="none" variant="light" color="grape" leftSection={<Icon name="ear" size={14} />}>{t('supervise.by', { name: me.supervised_by })}</Badge> : null}
        {muted && !ended && <Badge size="lg" tt="none" color="red" leftSection={<Icon name="micOff" size={14} />}>{t('desk.muted')}</Badge>}
      </Stack>
    </Group>
  );
}

function Controls({ me, call, actions, browser }: Omit<Props, 'inHand'>) {
  const { t } = useTranslation();
  const { line, muted } = usePhone();
  const consulted = me?.consult != null && !me.consult.asker;
  const talking = me?.state === 'on_contact' && (call !== null || consulted);
  const alone = talking && call !== null && me?.consult == null;
  const dialing = me?.state === 'reserved' && call !== null && call.decide_until_utc_s === null;
  const held = call?.held ?? false;
  const ringing = browser && line === 'ringing';
  return (
    <Group gap="xs" mt="md" role="group" aria-label={t('desk.controls')}>
      {ringing && <Control label={t('desk.answer')} keys="A" icon="phone" color="green" onClick={actions.answer} />}
      <Control label={t('desk.hangUp')} keys="E" icon="hangup" color="red" onClick={actions.hangUp} disabled={!talking && !dialing} />
      {browser && <Control label={t(muted ? 'desk.unmute' : 'desk.mute')} keys="M" icon={muted ? 'micOff' : 'mic'} pressed={muted} onClick={actions.mute} disabled={!talking || line !== 'up'} />}
      <Control label={t(held ? 'desk.resume' : 'desk.hold')} keys="H" icon={held ? 'resume' : 'hold'} pressed={held} onClick={actions.hold} disabled={!talking || call === null} />
      {alone && <Control label={t('transfer.button')} keys="F" icon="forward" pressed={actions.transfer} onClick={actions.toggleTransfer} />}
      {alone && <Control label={t('park.button')} keys="Y" icon="park" onClick={actions.park} />}
      {browser && <Control label={t('desk.keypad')} keys="K" icon="keypad" pressed={actions.keypad} onClick={actions.toggleKeypad} disabled={!talking} />}
    </Group>
  );
}

interface ControlProps {
  label: string;
  keys: string;
  icon: IconName;
  color?: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick: () => void;
}

function Control({ label, keys, icon, color, pressed, disabled, onClick }: ControlProps) {
  return (
    <Button
      size="md"
      variant={color === undefined && pressed !== true ? 'default' : 'filled'}
      color={color}
      leftSection={<Icon name={icon} />}
      onClick={onClick}
      disabled={disabled}
      aria-keyshortcuts={`Control+Shift+${keys}`}
      title={`Ctrl + Shift + ${keys}`}
    >
      {label}
    </Button>
  );
}
