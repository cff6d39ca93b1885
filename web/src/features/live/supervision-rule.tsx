// What holds of listening in for everybody: whether agents see it. And why an administrator cannot do it from here.
import { Group, Switch, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSetSupervisionRule, useSupervisionRule } from '@/features/live/supervision';
import { useAllowed } from '@/lib/session';

export function SupervisionRule({ seated }: { seated: boolean }) {
  const { t } = useTranslation();
  const allowed = useAllowed();
  const mayChange = allowed('settings:write');
  const rule = useSupervisionRule(mayChange).data;
  const { mutate: save, isPending } = useSetSupervisionRule();
  if (!allowed('calls:supervise')) return null;
  return (
    <Group justify="space-between" mt="xs" gap="xs">
      {!seated && <Text size="sm" c="dimmed">{t('supervise.noPhone')}</Text>}
      {mayChange && rule !== undefined && (
        <Switch label={t('supervise.shown')} description={t('supervise.shownText')} checked={rule.listening_shown} disabled={isPending} onChange={(event) => save({ listening_shown: event.currentTarget.checked })} />
      )}
    </Group>
  );
}
