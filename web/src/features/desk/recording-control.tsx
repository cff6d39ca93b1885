// Whether this talk is recorded, and what the agent may do about it. Only `paused` and `stopped` promise that nothing is
// recorded: until then the words say to wait.
import { Alert, Badge, Button, Group } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRecord } from '@/features/desk/desk-api';
import { useOffer } from '@/lib/actions';
import type { RecordingView } from '@/lib/views';

const COLORS: Record<RecordingView['state'], string> = { off: 'gray', starting: 'red', on: 'red', held: 'gray', pausing: 'orange', paused: 'green', stopping: 'orange', stopped: 'gray' };

export function RecordingControl({ recording }: { recording: RecordingView }) {
  const { t } = useTranslation();
  const { mutate: record, isPending } = useRecord();
  const offered = useMemo(
    () => recording.may.map((wish) => ({ id: `record ${wish}`, label: t(`record.${wish}`), group: t('desk.keysGroup'), keys: null, perform: () => record(wish) })),
    [t, recording.may, record],
  );
  useOffer(offered);
  return (
    <Group gap="xs" mt="md" role="group" aria-label={t('record.group')}>
      <Badge size="lg" tt="none" variant={recording.state === 'on' ? 'filled' : 'light'} color={COLORS[recording.state]} role="status" title={recording.why}>{t(`record.state.${recording.state}`)}</Badge>
      {recording.may.map((wish) => (
        <Button key={wish} size="sm" variant={wish === 'pause' || wish === 'resume' ? 'filled' : 'default'} loading={isPending} onClick={() => record(wish)}>{t(`record.${wish}`)}</Button>
      ))}
      {recording.remind && <Alert color="orange" role="alert" p="xs">{t('record.remind')}</Alert>}
      {recording.fault !== '' && <Alert color="orange" role="alert" p="xs" title={t('record.fault')}>{recording.fault} {t(recording.state === 'stopping' ? 'record.notSure' : 'record.nothing')}</Alert>}
    </Group>
  );
}
