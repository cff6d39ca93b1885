// Of a campaign or a queue: which of its talks are recorded, and whether recordings are kept for less than the rule says.
import { NumberInput, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { RECORDING_POLICIES, type RecordingPolicy } from '@/lib/views';

const DAYS_MAX = 3650;

interface Recorded {
  recording?: RecordingPolicy | null;
  recording_days?: number | null;
}

export function RecordingFields({ of, set }: { of: Recorded; set: (change: Recorded) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t('recordings.rule')}
        placeholder={t('recordings.asRule')}
        clearable
        clearButtonProps={{ 'aria-label': t('common.clear') }}
        data={RECORDING_POLICIES.map((value) => ({ value, label: t(`recordings.policy.${value}`) }))}
        value={of.recording ?? null}
        onChange={(value) => set({ recording: value as RecordingPolicy | null })}
      />
      <NumberInput label={t('recordings.daysAtMost')} placeholder={t('recordings.asRule')} min={1} max={DAYS_MAX} allowDecimal={false} value={of.recording_days ?? ''} onChange={(value) => set({ recording_days: typeof value === 'number' ? value : null })} />
    </>
  );
}
