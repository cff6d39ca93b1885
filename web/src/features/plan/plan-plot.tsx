// One measure over the number of agents, a line for each mode and limit. Told apart by dashes and marks too, and every
// figure is in the table below it.
import { Card, Group, ScrollArea, SegmentedControl, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { linesOf, type PlanPoint } from '@/features/plan/plan-api';

export const MEASURES = ['utilisation', 'wait_s', 'abandonment', 'calls_per_agent_hour'] as const;
export type Measure = (typeof MEASURES)[number];

const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 56;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 40;
const KINDS = 6;
const TICKS = 5;
const SHARE = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

export function shown(measure: Measure, value: number): string {
  return measure === 'utilisation' || measure === 'abandonment' ? SHARE.format(value) : NUMBER.format(value);
}

interface Props {
  points: PlanPoint[];
  measure: Measure;
  onMeasure: (measure: Measure) => void;
}

export function PlanPlot({ points, measure, onMeasure }: Props) {
  const { t } = useTranslation();
  const lines = linesOf(points);
  const name = (line: PlanPoint[]) => (line[0]!.mode === 'progressive' ? t('plan.mode.progressive') : t('plan.line', { mode: t(`plan.mode.${line[0]!.mode}`), limit: SHARE.format(line[0]!.limit) }));
  return (
    <Card withBorder>
      <SegmentedControl
        mb="sm"
        maw="100%"
        className="scroll"
        aria-label={t('plan.measure')}
        data={MEASURES.map((one) => ({ value: one, label: t(`plan.${one}`) }))}
        value={measure}
        onChange={(one) => onMeasure(one as Measure)}
      />
      <ScrollArea viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t('plan.plot') }}>
        <Axes points={points} measure={measure} label={t('plan.plotOf', { measure: t(`plan.${measure}`) })}>
          {(x, y) => lines.map((line, kind) => <Line key={name(line)} line={line} kind={kind} measure={measure} x={x} y={y} />)}
        </Axes>
      </ScrollArea>
      <Group gap="lg" mt="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {lines.map((line, kind) => (
          <Group key={name(line)} component="li" gap={6} wrap="nowrap">
            <svg width="40" height="12" aria-hidden="true">
              <line x1="0" y1="6" x2="40" y2="6" className={`plan-line plan-${kind % KINDS}`} />
              <Mark x={20} y={6} kind={kind} />
            </svg>
            <Text size="sm">{name(line)}</Text>
          </Group>
        ))}
      </Group>
    </Card>
  );
}

type Scale = (value: number) => number;

function Axes({ points, measure, label, children }: { points: PlanPoint[]; measure: Measure; label: string; children: (x: Scale, y: Scale) => ReactNode }) {
  const { t } = useTranslation();
  const agents = [...new Set(points.map((point) => point.agents))].toSorted((a, b) => a - b);
  const [first, last] = [Math.log(agents[0]!), Math.log(agents.at(-1)!)];
  const values = points.map((point) => point[measure]);
  // Busy agents are at 80 to 95 %: from nothing up, all lines would be one. The axis says where it begins.
  const bottom = measure === 'utilisation' ? Math.max(0, Math.floor((Math.min(...values) - 0.05) * 10) / 10) : 0;
  const top = measure === 'utilisation' ? 1 : Math.max(...values, 1e-3) * 1.1;
  const x: Scale = (n) => LEFT + (WIDTH - LEFT - RIGHT) * (last > first ? (Math.log(n) - first) / (last - first) : 0.5);
  const y: Scale = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - bottom) / (top - bottom));
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" style={{ minWidth: 480 }} role="img" aria-label={label} fontSize={13}>
      {Array.from({ length: TICKS + 1 }, (_, tick) => bottom + (tick / TICKS) * (top - bottom)).map((value) => (
        <g key={value}>
          <line className="plan-grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
          <text className="plan-text" x={LEFT - 8} y={y(value) + 4} textAnchor="end">{shown(measure, value)}</text>
        </g>
      ))}
      {agents.map((n) => <text key={n} className="plan-text" x={x(n)} y={HEIGHT - BOTTOM + 18} textAnchor="middle">{n}</text>)}
      <text className="plan-text" x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 6} textAnchor="middle">{t('plan.agents')}</text>
      {children(x, y)}
    </svg>
  );
}

function Line({ line, kind, measure, x, y }: { line: PlanPoint[]; kind: number; measure: Measure; x: Scale; y: Scale }) {
  return (
    <g>
      <polyline className={`plan-line plan-${kind % KINDS}`} points={line.map((point) => `${x(point.agents)},${y(point[measure])}`).join(' ')} />
      {line.map((point) => <Mark key={point.agents} x={x(point.agents)} y={y(point[measure])} kind={kind} />)}
    </g>
  );
}

/** A circle, a square, a diamond, in turn. */
function Mark({ x, y, kind }: { x: number; y: number; kind: number }) {
  const look = `plan-mark plan-${kind % KINDS}`;
  if (kind % 3 === 0) return <circle className={look} cx={x} cy={y} r={4} />;
  const turn = kind % 3 === 2 ? `rotate(45 ${x} ${y})` : undefined;
  return <rect className={look} x={x - 4} y={y - 4} width={8} height={8} transform={turn} />;
}
