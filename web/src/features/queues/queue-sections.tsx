// The parts of a queue's form: name and place, who serves it, what callers hear, what becomes of missed calls.
import { ActionIcon, Button, Checkbox, Group, MultiSelect, NumberInput, Radio, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { PromptSelect } from '@/components/prompt-select';
import { RecordingFields } from '@/components/recording-fields';
import { Section } from '@/components/section';
import { SkillsInput } from '@/components/skills-input';
import { keptSteps } from '@/features/queues/queue-draft';
import { useKnownSkills } from '@/features/queues/queues-api';
import { useRowsOf } from '@/lib/crud';
import { DISPATCHES, MATCHES, STRATEGIES, type Dispatch, type Match, type Queue, type RelaxStep, type SkillNeed, type Strategy } from '@/lib/queue-records';
import type { AcwMode, Agent } from '@/lib/records';

export interface Part {
  queue: Queue;
  set: (change: Partial<Queue>) => void;
}

const ACW_MODES: AcwMode[] = ['none', 'max', 'fixed', 'untimed'];

export function Basics({ queue, set }: Part) {
  const { t } = useTranslation();
  return (
    <Section title={t('queue.basics')}>
      <TextInput label={t('common.name')} required maxLength={200} value={queue.name} onChange={(event) => set({ name: event.currentTarget.value })} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput label={t('queue.priority')} description={t('queue.priorityText')} min={0} max={256} value={queue.priority} onChange={(value) => set({ priority: Number(value) })} />
        <TextInput label={t('queue.prefix')} description={t('queue.prefixText')} maxLength={40} value={queue.prefix} onChange={(event) => set({ prefix: event.currentTarget.value })} />
        <Select label={t('campaigns.acw')} data={ACW_MODES.map((value) => ({ value, label: t(`acwMode.${value}`) }))} value={queue.acw_mode} onChange={(mode) => mode !== null && set({ acw_mode: mode as AcwMode })} allowDeselect={false} />
        {(queue.acw_mode === 'max' || queue.acw_mode === 'fixed') && <NumberInput label={t('campaigns.acw_max_s')} min={0} max={7200} value={queue.acw_max_s} onChange={(value) => set({ acw_max_s: Number(value) })} />}
        <NumberInput label={t('queue.levelFirst')} description={t('queue.levelText')} min={1} max={3600} value={queue.level_s[0]} onChange={(value) => set({ level_s: [Number(value), queue.level_s[1]] })} />
        <NumberInput label={t('queue.levelSecond')} description={t('queue.levelSecondText')} min={1} max={3600} value={queue.level_s[1]} onChange={(value) => set({ level_s: [queue.level_s[0], Number(value)] })} />
        <NumberInput label={t('campaigns.call_max_s')} description={t('common.zeroNoLimit')} min={0} value={queue.call_max_s} onChange={(value) => set({ call_max_s: Number(value) })} />
        <RecordingFields of={queue} set={set} />
      </SimpleGrid>
    </Section>
  );
}

export function Serves({ queue, set }: Part) {
  const { t } = useTranslation();
  const known = useKnownSkills();
  const agents = useRowsOf<Agent>('/api/agents').data ?? [];
  const setSkills = (skills: SkillNeed[]) => set({ skills, relax: keptSteps(queue.relax, skills) });
  return (
    <Section title={t('queue.serves')} text={t('queue.servesText')}>
      <Text size="sm" fw={500}>{t('queue.skills')}</Text>
      <SkillsInput label={t('queue.skills')} known={known} value={queue.skills} onChange={setSkills} />
      {queue.skills.length > 1 && (
        <Radio.Group label={t('queue.match')} value={queue.match} onChange={(match) => set({ match: match as Match })}>
          <Stack gap={4} mt={4}>{MATCHES.map((match) => <Radio key={match} value={match} label={t(`match.${match}`)} />)}</Stack>
        </Radio.Group>
      )}
      <Members queue={queue} set={set} agents={agents} />
      <Relax queue={queue} set={set} />
      <Select label={t('queue.strategy')} description={t(`strategyText.${queue.strategy}`)} data={STRATEGIES.map((value) => ({ value, label: t(`strategy.${value}`) }))} value={queue.strategy} onChange={(strategy) => strategy !== null && set({ strategy: strategy as Strategy })} allowDeselect={false} maw={400} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput label={t('queue.stickyWait')} description={t('queue.stickyWaitText')} min={0} max={3600} value={queue.sticky.wait_s} onChange={(value) => set({ sticky: { ...queue.sticky, wait_s: Number(value) } })} />
        <NumberInput label={t('queue.stickyWindow')} description={t('queue.stickyWindowText')} min={0} max={2160} decimalScale={2} value={queue.sticky.window_s / 3600} onChange={(value) => set({ sticky: { ...queue.sticky, window_s: Math.round(Number(value) * 3600) } })} />
      </SimpleGrid>
      <Select label={t('queue.dispatch')} description={t(`dispatchText.${queue.dispatch}`)} data={DISPATCHES.map((value) => ({ value, label: t(`dispatch.${value}`) }))} value={queue.dispatch} onChange={(dispatch) => dispatch !== null && set({ dispatch: dispatch as Dispatch })} allowDeselect={false} maw={400} />
    </Section>
  );
}

function Members({ queue, set, agents }: Part & { agents: Agent[] }) {
  const { t } = useTranslation();
  const tierOf = (id: number) => queue.members.find((member) => member.agent_id === id)?.tier ?? 0;
  const nameOf = (id: number) => agents.find((agent) => agent.agent_id === id)?.name ?? String(id);
  const setTier = (id: number, tier: number) => set({ members: queue.members.map((member) => (member.agent_id === id ? { ...member, tier } : member)) });
  return (
    <>
      <MultiSelect
        label={t('queue.members')}
        description={t('queue.membersText')}
        data={agents.filter((agent) => !agent.disabled || queue.members.some((member) => member.agent_id === agent.agent_id)).map((agent) => ({ value: String(agent.agent_id), label: agent.name }))}
        value={queue.members.map((member) => String(member.agent_id))}
        onChange={(ids) => set({ members: ids.map((id) => ({ agent_id: Number(id), tier: tierOf(Number(id)) })) })}
        searchable
        nothingFoundMessage={t('campaigns.noAgents')}
      />
      {queue.members.length > 0 && queue.relax.length > 0 && (
        <Group gap="xs" role="group" aria-label={t('queue.tiers')}>
          {queue.members.map((member) => <NumberInput key={member.agent_id} w={180} label={t('queue.tierOf', { name: nameOf(member.agent_id) })} min={0} max={100} value={member.tier} onChange={(tier) => setTier(member.agent_id, Number(tier))} />)}
        </Group>
      )}
    </>
  );
}

function Relax({ queue, set }: Part) {
  const { t } = useTranslation();
  const { relax } = queue;
  const change = (index: number, part: Partial<RelaxStep>) => set({ relax: relax.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  const last = relax.at(-1)?.after_s ?? 0;
  const skills = queue.skills.map((need) => need.skill.trim().toLowerCase()).filter((skill) => skill !== '');
  return (
    <Stack gap="xs" role="group" aria-label={t('queue.relax')}>
      <div>
        <Text size="sm" fw={500}>{t('queue.relax')}</Text>
        <Text size="xs" c="dimmed">{t('queue.relaxText')}</Text>
      </div>
      {relax.map((step, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a step has no name but its place
        <Group key={index} gap="xs" align="flex-end">
          <NumberInput label={t('queue.after')} min={1} w={110} value={step.after_s} onChange={(value) => change(index, { after_s: Number(value) })} />
          <NumberInput label={t('queue.levelsLess')} min={0} max={9} w={110} value={step.levels_less} onChange={(value) => change(index, { levels_less: Number(value) })} />
          <MultiSelect label={t('queue.without')} className="grow" maw={260} data={[...new Set(skills)]} value={step.without} onChange={(without) => change(index, { without })} />
          <NumberInput label={t('queue.tier')} min={0} max={100} w={110} value={step.tier} onChange={(value) => change(index, { tier: Number(value) })} />
          <ActionIcon variant="default" mb={4} aria-label={t('queue.removeStep', { number: index + 1 })} onClick={() => set({ relax: relax.filter((_, at) => at !== index) })}><Icon name="trash" /></ActionIcon>
        </Group>
      ))}
      <Group><Button variant="default" leftSection={<Icon name="plus" />} onClick={() => set({ relax: [...relax, { after_s: last + 30, levels_less: 0, without: [], tier: 0 }] })}>{t('queue.addStep')}</Button></Group>
    </Stack>
  );
}

export function Waiting({ queue, set }: Part) {
  const { t } = useTranslation();
  const { announce } = queue;
  const languages = useRowsOf<string>('/api/prompts/languages');
  const say = (change: Partial<Queue['announce']>) => set({ announce: { ...announce, ...change } });
  return (
    <Section title={t('queue.whileWaiting')} text={t('queue.whileWaitingText')}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <PromptSelect label={t('queue.welcome')} text={t('queue.welcomeText')} value={announce.welcome} onChange={(welcome) => say({ welcome })} />
        <PromptSelect label={t('queue.music')} text={t('queue.musicText')} value={announce.music} none={t('queue.musicUsual')} onChange={(music) => say({ music })} />
        <PromptSelect label={t('queue.whisper')} text={t('queue.whisperText')} value={announce.whisper} onChange={(whisper) => say({ whisper })} />
        <PromptSelect label={t('queue.farewell')} text={t('queue.farewellText')} value={announce.farewell} onChange={(farewell) => say({ farewell })} />
        <NumberInput label={t('queue.waitingMax')} description={t('queue.waitingMaxText')} min={0} max={10_000} value={queue.waiting_max} onChange={(value) => set({ waiting_max: Number(value) })} />
        <NumberInput label={t('queue.placeEvery')} description={t('queue.placeEveryText')} min={0} max={3600} value={announce.place_every_s} onChange={(value) => say({ place_every_s: Number(value) })} />
        <Select label={t('queue.language')} description={t('queue.languageText')} data={languages.data ?? []} value={announce.language || null} placeholder="en-US" disabled={announce.place_every_s === 0} onChange={(language) => say({ language: language ?? '' })} clearable clearButtonProps={{ 'aria-label': t('common.clear') }} />
        <Stack gap="xs" justify="flex-end">
          <Checkbox label={t('queue.sayPlace')} checked={announce.place} disabled={announce.place_every_s === 0} onChange={(event) => say({ place: event.currentTarget.checked })} />
          <Checkbox label={t('queue.sayWait')} checked={announce.wait} disabled={announce.place_every_s === 0} onChange={(event) => say({ wait: event.currentTarget.checked })} />
        </Stack>
      </SimpleGrid>
    </Section>
  );
}

export function Missed({ queue, set }: Part) {
  const { t } = useTranslation();
  const { miss } = queue;
  const number = (key: keyof Queue['miss'], min: number, max: number) => (
    <NumberInput label={t(`miss.${key}`)} description={t(`miss.${key}_text`)} min={min} max={max} value={miss[key]} onChange={(value) => set({ miss: { ...miss, [key]: Number(value) } })} />
  );
  return (
    <Section title={t('miss.title')} text={t('miss.text')}>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        {number('ring_timeout_s', 5, 120)}
        {number('rest_s', 0, 600)}
        {number('pause_after', 0, 20)}
      </SimpleGrid>
    </Section>
  );
}
