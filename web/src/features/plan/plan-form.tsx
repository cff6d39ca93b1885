// What is to be played: whose people, and which numbers of agents, dial modes and limits.
import { Button, Card, Chip, Group, NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { MODES, numbersOf, type Mode, type PlanAsked } from '@/features/plan/plan-api';
import type { CampaignRow } from '@/lib/records';

interface Props {
  campaigns: CampaignRow[];
  busy: boolean;
  onAsk: (asked: PlanAsked) => void;
}

const GIVEN = ['answer', 'talk', 'wrap', 'ring'] as const;
type Given = Record<(typeof GIVEN)[number], number | string>;

export function PlanForm({ campaigns, busy, onAsk }: Props) {
  const { t } = useTranslation();
  const [campaign, setCampaign] = useState<string | null>(null);
  const [given, setGiven] = useState<Given>({ answer: '', talk: '', wrap: '', ring: '' });
  const [agents, setAgents] = useState('5, 10, 20, 50');
  const [limits, setLimits] = useState('');
  const [modes, setModes] = useState<Mode[]>(['predictive', 'progressive']);
  const [ratio, setRatio] = useState<number | string>(2);
  const [lines, setLines] = useState<number | string>(0);
  const people = numbersOf(agents);
  const shares = numbersOf(limits);
  const known = campaign !== null || given.answer !== '';

  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (people === null || shares === null || !known || modes.length === 0) return;
    onAsk({
      campaign_id: campaign === null ? null : Number(campaign),
      answer_chance: valueOf(given.answer, 100),
      talk_s: valueOf(given.talk),
      wrap_s: valueOf(given.wrap),
      ring_s: valueOf(given.ring),
      agents: people,
      modes,
      limits: shares.map((share) => Number((share / 100).toFixed(5))),
      ratio: Number(ratio),
      lines: Number(lines),
    });
  };

  return (
    <Card withBorder component="form" onSubmit={ask} aria-label={t('plan.form')}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Select
            label={t('plan.campaign')}
            description={t('plan.campaignText')}
            placeholder={t('plan.none')}
            data={campaigns.map((row) => ({ value: String(row.campaign.campaign_id), label: row.campaign.name }))}
            value={campaign}
            onChange={setCampaign}
            clearable
            clearButtonProps={{ 'aria-label': t('common.clear') }}
          />
          <NumberInput label={t('plan.answer')} description={t(campaign === null ? 'plan.needed' : 'plan.else')} suffix=" %" min={1} max={100} required={campaign === null} value={given.answer} onChange={(answer) => setGiven({ ...given, answer })} placeholder={campaign === null ? undefined : t('plan.asLearned')} />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <NumberInput label={t('plan.talk')} suffix=" s" min={5} max={3600} value={given.talk} onChange={(talk) => setGiven({ ...given, talk })} placeholder={campaign === null ? '120 s' : t('plan.asLearned')} />
          <NumberInput label={t('plan.wrap')} suffix=" s" min={1} max={1800} value={given.wrap} onChange={(wrap) => setGiven({ ...given, wrap })} placeholder={campaign === null ? '20 s' : t('plan.asLearned')} />
          <NumberInput label={t('plan.ring')} suffix=" s" min={3} max={40} value={given.ring} onChange={(ring) => setGiven({ ...given, ring })} placeholder={campaign === null ? '11 s' : t('plan.asLearned')} />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <TextInput label={t('plan.agents')} description={t('plan.agentsText')} value={agents} onChange={(event) => setAgents(event.currentTarget.value)} error={people === null ? t('plan.notNumbers') : undefined} />
          <TextInput label={t('plan.limits')} description={t('plan.limitsText')} value={limits} onChange={(event) => setLimits(event.currentTarget.value)} error={shares === null ? t('plan.notNumbers') : undefined} />
          <NumberInput label={t('plan.lines')} description={t('common.zeroNoLimit')} min={0} max={100000} value={lines} onChange={setLines} />
        </SimpleGrid>
        <Group gap="md" align="flex-end">
          <div role="group" aria-label={t('plan.modes')}>
            <Text size="sm" fw={500}>{t('plan.modes')}</Text>
            <Chip.Group multiple value={modes} onChange={(chosen) => setModes(MODES.filter((mode) => chosen.includes(mode)))}>
              <Group gap="xs" mt={4}>{MODES.map((mode) => <Chip key={mode} value={mode}>{t(`plan.mode.${mode}`)}</Chip>)}</Group>
            </Chip.Group>
          </div>
          {modes.includes('ratio') && <NumberInput label={t('plan.ratio')} min={1} max={50} step={0.5} w={180} value={ratio} onChange={setRatio} />}
          <Button type="submit" loading={busy} disabled={!known || modes.length === 0}>{t('plan.play')}</Button>
        </Group>
      </Stack>
    </Card>
  );
}

function valueOf(field: number | string, part = 1): number | null {
  return field === '' ? null : Number(field) / part;
}
