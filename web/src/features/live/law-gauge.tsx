// How much of what the law allows is used up: for each of its windows the share of abandoned calls, the limit, and how
// many more fit.
import { Group, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { count } from '@/lib/format';
import type { LawView, WindowView } from '@/lib/views';

const NEAR = 0.67; // of the limit: amber from here, as 2 % are of 3 %
const CLOSE = 0.93; // red from here, as 2.8 % are of 3 %
const SHARE = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 2 });

function colorOf(used: number): string {
  if (used >= CLOSE) return 'red';
  return used >= NEAR ? 'yellow' : 'teal';
}

export function LawGauge({ law }: { law: LawView }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4} mt="sm" role="group" aria-label={t('law.gauge')}>
      <Text size="xs" c="dimmed">{law.preset === 'own' ? t('law.ofOwn') : t('law.of', { name: law.name })}</Text>
      {law.windows.map((window) => <Gauge key={`${window.window} ${window.limit}`} window={window} />)}
      {law.progressive && <Text size="sm">{t('law.progressive')}</Text>}
    </Stack>
  );
}

function Gauge({ window }: { window: WindowView }) {
  const { t } = useTranslation();
  const used = window.rate === null || window.limit === 0 ? 0 : window.rate / window.limit;
  const text = window.rate === null
    ? t('law.unknown', { window: window.window, limit: SHARE.format(window.limit) })
    : t('law.window', { window: window.window, rate: SHARE.format(window.rate), limit: SHARE.format(window.limit), abandoned: count(window.abandoned ?? 0), live: count(window.live ?? 0) });
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{text}</Text>
        {window.rate !== null && <Text size="sm" fw={600} className="nums">{t('law.left', { count: window.left })}</Text>}
      </Group>
      <Progress value={Math.min(100, used * 100)} color={colorOf(used)} aria-label={text} />
    </div>
  );
}
