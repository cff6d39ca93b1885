// Runs: how far they are, what they do now and why.
import { Button, Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '@/components/confirm-button';
import { failed } from '@/components/notify';
import { StateBadge } from '@/components/state-badge';
import { api } from '@/lib/api';
import { useAllowed } from '@/lib/session';
import { count, moment, percent } from '@/lib/format';
import type { RunView } from '@/lib/views';

const FIGURES = ['in_hopper', 'dialing', 'waiting', 'talking', 'answered', 'abandoned', 'finished', 'placed'] as const;

export function RunCards({ runs }: { runs: RunView[] }) {
  return (
    <Stack gap="sm">
      {runs.toSorted((a, b) => a.priority - b.priority || a.run_id - b.run_id).map((run) => <RunCard key={run.run_id} run={run} />)}
    </Stack>
  );
}

function RunCard({ run }: { run: RunView }) {
  const { t } = useTranslation();
  const answerRate = percent(run.answered, run.placed);
  const total = run.finished + run.in_hopper + run.dialing + run.talking;
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" align="flex-start">
        <div className="grow">
          <Group gap="sm">
            <Title order={3} size="h5">{run.name}</Title>
            <StateBadge state={run.state} />
            <Text size="sm" c="dimmed">{t(`dialMode.${run.dial_mode}`, { defaultValue: run.dial_mode })}</Text>
          </Group>
          <Text size="sm" mt={4}>{run.why}</Text>
          {run.next_due_utc_s !== null && <Text size="sm" c="dimmed">{t('live.nextDue', { at: moment(run.next_due_utc_s) })}</Text>}
        </div>
        <Buttons run={run} />
      </Group>
      <Progress value={total === 0 ? 0 : (run.finished / total) * 100} my="sm" aria-label={t('live.progress', { name: run.name })} />
      <Group gap="lg">
        {FIGURES.map((key) => (
          <div key={key}>
            <Text size="xs" c="dimmed">{t(`run.${key}`)}</Text>
            <Text fw={600} className="nums">{count(run[key])}{key === 'answered' && run.placed > 0 ? ` (${answerRate})` : ''}</Text>
          </div>
        ))}
      </Group>
    </Card>
  );
}

function Buttons({ run }: { run: RunView }) {
  const { t } = useTranslation();
  const writes = useAllowed()('runs:write');
  const order = useMutation({ mutationFn: (what: string) => api.post<unknown>(`/api/runs/${run.run_id}/${what}`), onError: failed });
  if (!writes || run.state === 'completed' || run.state === 'removed') return null;
  const paused = run.state === 'paused';
  const label = t(paused ? 'campaigns.unpause' : 'campaigns.pause');
  return (
    <Group gap="xs">
      <Button size="xs" variant="light" onClick={() => order.mutate(paused ? 'unpause' : 'pause')} loading={order.isPending} aria-label={`${label}: ${run.name}`}>{label}</Button>
      <ConfirmButton size="xs" variant="subtle" color="red" label={t('campaigns.remove')} what={run.name} question={t('campaigns.removeQuestion', { name: run.name })} onConfirm={() => order.mutate('remove')} />
    </Group>
  );
}
