// Totals, and how often each outcome came, as bars with their figures.
import { Card, Group, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useDispositionLabel } from '@/lib/dispositions';
import { count, percent, span } from '@/lib/format';
import type { Summary } from '@/lib/records';

export function SummaryBars({ summary }: { summary: Summary }) {
  const { t } = useTranslation();
  const labelOf = useDispositionLabel();
  const top = Math.max(1, ...summary.outcomes.map((outcome) => outcome.count));
  const totals: [string, string][] = [
    [t('summary.attempts'), count(summary.attempts)],
    [t('summary.contacts'), count(summary.contacts)],
    [t('summary.talk'), span(summary.talk_ms)],
    [t('summary.waitPre'), span(summary.wait_pre_ms)],
    [t('summary.waitAfter'), span(summary.wait_after_ms)],
    ...summary.trunks.map(([name, calls]) => [t('summary.trunk', { name }), `${count(calls)} (${percent(calls, summary.attempts)})`] as [string, string]),
  ];
  return (
    <Card withBorder component="section" aria-label={t('summary.title')}>
      <Group gap="xl" mb="sm">
        {totals.map(([name, value]) => (
          <div key={name}>
            <Text size="xs" c="dimmed">{name}</Text>
            <Text fw={650} className="nums">{value}</Text>
          </div>
        ))}
      </Group>
      <Title order={2} size="h5" mb={6}>{t('summary.title')}</Title>
      <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {summary.outcomes.toSorted((a, b) => b.count - a.count).map((outcome) => (
          <li key={`${outcome.outcome} ${outcome.disposition}`} style={{ display: 'grid', gridTemplateColumns: 'minmax(90px, 220px) minmax(60px, 1fr) auto', gap: 8, alignItems: 'center' }}>
            <Text size="sm">{t(`outcome.${outcome.outcome}`, { defaultValue: outcome.outcome })}{outcome.disposition ? ` · ${labelOf(outcome.disposition)}` : ''}</Text>
            <svg height="12" width="100%" aria-hidden="true"><rect className="bar" height="12" width={`${(outcome.count / top) * 100}%`} rx="3" /></svg>
            <Text size="sm" className="nums">{count(outcome.count)} ({percent(outcome.count, summary.attempts)})</Text>
          </li>
        ))}
      </ul>
    </Card>
  );
}
