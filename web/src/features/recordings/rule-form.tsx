// The contact center's rule: which talks are recorded, and for how long recordings are kept.
import { Button, Card, Group, NumberInput, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '@/components/error-note';
import { useSetRule, type RecordingRule } from '@/features/recordings/recordings-api';
import { useAllowed } from '@/lib/session';
import { RECORDING_POLICIES, type RecordingPolicy } from '@/lib/views';

const DAYS_MAX = 3650;

export function RuleForm({ rule }: { rule: RecordingRule }) {
  const { t } = useTranslation();
  const allowed = useAllowed();
  const [wanted, setWanted] = useState(rule);
  const { mutate: save, isPending, error } = useSetRule();
  const mayChange = allowed('settings:write');
  const changed = wanted.recording !== rule.recording || wanted.recording_days !== rule.recording_days;
  if (!mayChange) return <Text size="sm" c="dimmed">{t('recordings.ruleIs', { rule: t(`recordings.policy.${rule.recording}`), days: rule.recording_days })}</Text>;
  return (
    <Card withBorder padding="sm" component="section" aria-label={t('recordings.rule')}>
      <Group align="flex-end" gap="sm">
        <Select
          label={t('recordings.rule')}
          w={260}
          allowDeselect={false}
          data={RECORDING_POLICIES.map((value) => ({ value, label: t(`recordings.policy.${value}`) }))}
          value={wanted.recording}
          onChange={(value) => value !== null && setWanted({ ...wanted, recording: value as RecordingPolicy })}
        />
        <NumberInput label={t('recordings.days')} w={150} min={1} max={DAYS_MAX} allowDecimal={false} value={wanted.recording_days} onChange={(value) => typeof value === 'number' && setWanted({ ...wanted, recording_days: value })} />
        <Button onClick={() => save(wanted)} loading={isPending} disabled={!changed}>{t('common.save')}</Button>
      </Group>
      <Text size="sm" c="dimmed" mt="xs">{t('recordings.ruleText')}</Text>
      {error !== null && <ErrorNote error={error} />}
    </Card>
  );
}
