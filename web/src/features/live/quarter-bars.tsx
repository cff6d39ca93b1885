// A queue's last hours by quarters: answered and abandoned, as bars. The text of each bar says the same.
import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { moment } from '@/lib/format';
import type { FiguresRow } from '@/lib/queue-records';

const QUARTER_S = 900;
const WIDTH = 480;
const HEIGHT = 56;
const GAP = 3;

export function QuarterBars({ quarters, fromS, hours, name }: { quarters: FiguresRow[]; fromS: number; hours: number; name: string }) {
  const { t } = useTranslation();
  const slots = hours * 4;
  const top = Math.max(1, ...quarters.map((row) => row.counts.answered + row.counts.abandoned + row.counts.sent_on));
  const step = WIDTH / slots;
  const high = (calls: number) => (calls / top) * (HEIGHT - 2);
  return (
    <div style={{ marginTop: 'var(--mantine-spacing-sm)' }}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" height={HEIGHT} preserveAspectRatio="none" role="img" aria-label={t('queue.bars', { name, hours })}>
        <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="plan-grid" />
        {quarters.map((row) => {
          const x = Math.round((row.from_utc_s - fromS) / QUARTER_S) * step;
          const { answered, abandoned, sent_on: sentOn } = row.counts;
          const parts: [string, number][] = [['bar-answered', answered], ['bar-sent', sentOn], ['bar-abandoned', abandoned]];
          let y = HEIGHT - 1;
          return (
            <g key={row.from_utc_s}>
              <title>{t('queue.bar', { at: moment(row.from_utc_s), answered, abandoned, sentOn })}</title>
              {parts.map(([look, calls]) => {
                const height = high(calls);
                y -= height;
                return height > 0 && <rect key={look} className={look} x={x} y={y} width={step - GAP} height={height} />;
              })}
            </g>
          );
        })}
      </svg>
      <Group gap="md" justify="space-between">
        <Text size="xs" c="dimmed">{t('queue.lastHours', { count: hours })}</Text>
        <Group gap="sm">
          {(['answered', 'sent', 'abandoned'] as const).map((key) => (
            <Group key={key} gap={4} wrap="nowrap">
              <svg width={10} height={10} aria-hidden="true"><rect className={`bar-${key}`} width={10} height={10} /></svg>
              <Text size="xs">{t(`queue.legend.${key}`)}</Text>
            </Group>
          ))}
        </Group>
      </Group>
    </div>
  );
}
