// The call that this supervisor is on: always in sight while it lasts, with all that can be done, by click or key.
import { Button, Card, Group, SegmentedControl, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { Since } from '@/components/timer';
import { MODES, useEndSupervision, useSupervise, useTakeOver } from '@/features/live/supervision';
import { useOffer } from '@/lib/actions';
import type { SupervisesView, SupervisionMode } from '@/lib/views';

const KEYS: Record<SupervisionMode, string> = { listen: 'l', whisper: 'w', barge: 'b' };

export function SupervisionBar({ on }: { on: SupervisesView }) {
  const { t } = useTranslation();
  const { mutate: supervise } = useSupervise();
  const { mutate: takeOver, isPending: taking } = useTakeOver();
  const { mutate: end } = useEndSupervision();
  const agentId = on.agent_id;
  const offered = useMemo(() => {
    const group = t('supervise.group');
    return [
      ...MODES.map((mode) => ({ id: `supervise ${mode}`, label: t(`supervise.${mode}`), group, keys: KEYS[mode], perform: () => supervise({ agentId, mode }) })),
      { id: 'supervise take over', label: t('supervise.takeOver'), group, keys: 't', perform: () => takeOver() },
      { id: 'supervise end', label: t('supervise.end'), group, keys: 'x', perform: () => end() },
    ];
  }, [t, supervise, takeOver, end, agentId]);
  useOffer(offered);
  return (
    <Card withBorder padding="sm" component="section" aria-label={t('supervise.group')} className="arrives supervision">
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <Icon name="ear" />
          <Text fw={600} role="status">{t(on.state === 'on' ? `supervise.now.${on.mode}` : `supervise.state.${on.state}`, { name: on.name })}</Text>
          <Text fw={600}><Since utcS={on.since_utc_s} /></Text>
        </Group>
        <Group gap="xs">
          <SegmentedControl
            aria-label={t('supervise.mode')}
            value={on.mode}
            onChange={(mode) => supervise({ agentId, mode: mode as SupervisionMode })}
            data={MODES.map((mode) => ({ value: mode, label: `${t(`supervise.${mode}`)} (${KEYS[mode].toUpperCase()})` }))}
          />
          <Button onClick={() => takeOver()} loading={taking} disabled={on.state !== 'on'} aria-keyshortcuts="T" leftSection={<Icon name="phone" />}>{t('supervise.takeOver')} (T)</Button>
          <Button variant="default" onClick={() => end()} aria-keyshortcuts="X" leftSection={<Icon name="hangup" />}>{t('supervise.end')} (X)</Button>
        </Group>
      </Group>
    </Card>
  );
}
