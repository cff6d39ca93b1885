// Runs: how far they are, what they do now and why.
import { Alert, Button, Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '@/components/confirm-button';
import { failed } from '@/components/notify';
import { StateBadge } from '@/components/state-badge';
import { PacingPanel } from '@/features/live/pacing-panel';
import { LawGauge } from '@/features/live/law-gauge';
import { api } from '@/lib/api';
import { useRowsOf } from '@/lib/crud';
import type { CampaignRow, ContactList } from '@/lib/records';
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
  const contacts = useContactsOf(run.campaign_id);
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" align="flex-start">
        <div className="grow">
          <Group gap="sm">
            <Title order={3} size="h5">{run.name}</Title>
            <StateBadge state={run.state} />
            <Text size="sm" c="dimmed">{t(`dialMode.${run.dial_mode}`, { defaultValue: run.dial_mode })}</Text>
          </Group>
          {run.why !== run.pacing?.words && <Text size="sm" mt={4}>{run.why}</Text>}
          {run.next_due_utc_s !== null && <Text size="sm" c="dimmed">{t('live.nextDue', { at: moment(run.next_due_utc_s) })}</Text>}
        </div>
        <Buttons run={run} />
      </Group>
      {run.halted !== '' && <Alert color="red" mt="sm" role="alert" title={t('live.halted')}>{t('live.haltedText', { why: run.halted })}</Alert>}
      {contacts > 0 && (
        <Group gap="sm" my="sm" wrap="nowrap">
          <Progress className="grow" value={(run.finished / contacts) * 100} aria-label={t('live.progress', { name: run.name })} />
          <Text size="sm" className="nums">{t('live.finishedOf', { finished: count(run.finished), contacts: count(contacts) })}</Text>
        </Group>
      )}
      <dl className="figures">
        {FIGURES.map((key) => (
          <div key={key}>
            <Text size="xs" c="dimmed" component="dt">{t(`run.${key}`)}</Text>
            <Text fw={600} className="nums" component="dd" m={0}>{count(run[key])}{key === 'answered' && run.placed > 0 ? ` (${answerRate})` : ''}</Text>
          </div>
        ))}
      </dl>
      {run.pacing !== null && <PacingPanel pacing={run.pacing} name={run.name} />}
      {run.law !== null && run.dial_mode !== 'agentless' && <LawGauge law={run.law} />}
    </Card>
  );
}

/** The floor knows only those next in line; all contacts are in the campaign's lists. */
function useContactsOf(campaignId: number): number {
  const campaigns = useRowsOf<CampaignRow>('/api/campaigns').data ?? [];
  const lists = useRowsOf<ContactList>('/api/lists').data ?? [];
  const dialed = campaigns.find((row) => row.campaign.campaign_id === campaignId)?.lists.filter((list) => list.role === 'normal') ?? [];
  return dialed.reduce((sum, list) => sum + (lists.find((one) => one.list_id === list.list_id)?.contacts ?? 0), 0);
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
