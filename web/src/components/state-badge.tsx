// An agent's or a run's state: colour, shape and text, never colour alone.
import { Badge, type MantineSize } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const LOOKS: Record<string, [color: string, shape: string]> = {
  offline: ['gray', 'ring'],
  not_ready: ['orange', 'bar'],
  available: ['green', 'circle'],
  reserved: ['yellow', 'diamond'],
  on_contact: ['blue', 'square'],
  acw: ['violet', 'diamond'],
  runnable: ['gray', 'ring'],
  running: ['green', 'circle'],
  wrong_time: ['yellow', 'diamond'],
  idle: ['cyan', 'ring'],
  paused: ['orange', 'bar'],
  completed: ['blue', 'square'],
  removed: ['gray', 'ring'],
};

export function lookOf(state: string): [color: string, shape: string] {
  return LOOKS[state] ?? ['gray', 'ring'];
}

export function StateBadge({ state, reason, size = 'md' }: { state: string; reason?: string | null; size?: MantineSize }) {
  const { t } = useTranslation();
  const [color, shape] = lookOf(state);
  return (
    <Badge
      color={color}
      variant="light"
      size={size}
      tt="none"
      fw={600}
      leftSection={<span className="state-dot" data-shape={shape} style={{ display: 'block' }} />}
    >
      {t(`state.${state}`)}
      {reason ? ` · ${t(`reason.${reason}`, { defaultValue: reason })}` : ''}
    </Badge>
  );
}
