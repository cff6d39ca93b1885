// The parts of a campaign's form.
import { Checkbox, Group, MultiSelect, NumberInput, Radio, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { HoursInput } from '@/components/hours-input';
import { RecordingFields } from '@/components/recording-fields';
import { Section } from '@/components/section';
import type { CampaignEdit } from '@/features/campaigns/campaigns-api';
import { PacingInput } from '@/features/campaigns/campaign-pacing';
import { PreviewInput } from '@/features/campaigns/campaign-preview';
import { RetryRules } from '@/features/campaigns/retry-rules';
import { useRowsOf } from '@/lib/crud';
import type { AcwMode, Agent, Campaign, ContactList, DialMode, Prompt, RetryCount, TrunkRow } from '@/lib/records';

export interface Part {
  edit: CampaignEdit;
  set: (change: Partial<Campaign>) => void;
  setWhole: (change: Partial<CampaignEdit>) => void;
}

const MODES: DialMode[] = ['manual', 'preview', 'progressive', 'ratio', 'predictive', 'agentless'];

export function Dialing({ edit: { campaign }, set }: Part) {
  const { t } = useTranslation();
  const prompts = useRowsOf<Prompt>('/api/prompts').data ?? [];
  const spoken = prompts.map((prompt) => ({ value: prompt.media, label: prompt.name }));
  const agentless = campaign.dial_mode === 'agentless';
  return (
    <Section title={t('campaigns.dialing')}>
      <Radio.Group label={t('campaigns.mode')} value={campaign.dial_mode} onChange={(mode) => set({ dial_mode: mode as DialMode })}>
        <Stack gap="xs" mt={4}>
          {MODES.map((mode) => <Radio key={mode} value={mode} label={t(`dialMode.${mode}`)} description={t(`dialModeText.${mode}`)} />)}
        </Stack>
      </Radio.Group>
      <PacingInput campaign={campaign} set={set} />
      <PreviewInput campaign={campaign} set={set} />
      <TextInput label={t('common.name')} required maxLength={200} value={campaign.name} onChange={(event) => set({ name: event.currentTarget.value })} />
      <Select
        label={t(agentless ? 'campaigns.message' : 'campaigns.abandonPrompt')}
        description={t(agentless ? 'campaigns.messageText' : 'campaigns.abandonText')}
        data={spoken}
        value={agentless ? campaign.message_prompt : campaign.abandon_prompt}
        onChange={(media) => set(agentless ? { message_prompt: media } : { abandon_prompt: media })}
        clearable={!agentless}
        clearButtonProps={{ 'aria-label': t('common.clear') }}
        nothingFoundMessage={t('campaigns.noPrompts')}
      />
      <TextInput label={t('campaigns.callerId')} description={t('campaigns.callerIdText')} value={campaign.caller_id} onChange={(event) => set({ caller_id: event.currentTarget.value })} />
    </Section>
  );
}

const numbers = (values: string[]) => values.map(Number);

export function Who({ edit, set, setWhole }: Part) {
  const { t } = useTranslation();
  const { campaign, lists } = edit;
  const trunks = useRowsOf<TrunkRow>('/api/trunks').data ?? [];
  const known = useRowsOf<ContactList>('/api/lists').data ?? [];
  const agents = useRowsOf<Agent>('/api/agents').data ?? [];
  const named = known.map((list) => ({ value: String(list.list_id), label: `${list.name} (${list.contacts})` }));
  const ids = (role: string) => lists.filter((list) => list.role === role).map((list) => String(list.list_id));
  const setLists = (role: 'normal' | 'black', chosen: string[]) =>
    setWhole({ lists: [...lists.filter((list) => list.role !== role), ...chosen.map((id) => ({ list_id: Number(id), role }))] });
  return (
    <Section title={t('campaigns.who')}>
      <MultiSelect label={t('campaigns.lists')} description={t('campaigns.listsText')} data={named.filter((one) => !ids('black').includes(one.value))} value={ids('normal')} onChange={(chosen) => setLists('normal', chosen)} searchable nothingFoundMessage={t('campaigns.noLists')} />
      <MultiSelect label={t('campaigns.blackLists')} description={t('campaigns.blackListsText')} data={named.filter((one) => !ids('normal').includes(one.value))} value={ids('black')} onChange={(chosen) => setLists('black', chosen)} searchable />
      <MultiSelect label={t('campaigns.trunks')} data={trunks.map((trunk) => ({ value: String(trunk.trunk_id), label: trunk.name }))} value={campaign.trunk_ids.map(String)} onChange={(chosen) => set({ trunk_ids: numbers(chosen) })} nothingFoundMessage={t('campaigns.noTrunks')} />
      {campaign.dial_mode !== 'agentless' && (
        <MultiSelect label={t('campaigns.agents')} data={agents.filter((agent) => !agent.disabled).map((agent) => ({ value: String(agent.agent_id), label: agent.name }))} value={campaign.agent_ids.map(String)} onChange={(chosen) => set({ agent_ids: numbers(chosen) })} searchable nothingFoundMessage={t('campaigns.noAgents')} />
      )}
    </Section>
  );
}

const ZONES = Intl.supportedValuesOf('timeZone');

export function When({ edit: { campaign }, set }: Part) {
  const { t } = useTranslation();
  const zones = ZONES.includes(campaign.time_zone) ? ZONES : [campaign.time_zone, ...ZONES];
  return (
    <Section title={t('campaigns.when')}>
      <Select label={t('campaigns.zone')} data={zones} searchable allowDeselect={false} value={campaign.time_zone} onChange={(zone) => zone !== null && set({ time_zone: zone })} limit={100} />
      <HoursInput label={t('campaigns.activeHours')} text={t('campaigns.activeHoursText')} value={campaign.active_hours} onChange={(active_hours) => set({ active_hours })} />
      <HoursInput label={t('campaigns.calleeHours')} text={t('campaigns.calleeHoursText')} value={campaign.callee_hours} onChange={(callee_hours) => set({ callee_hours })} />
      <Checkbox label={t('campaigns.idle')} description={t('campaigns.idleText')} checked={campaign.idle_on_termination} onChange={(event) => set({ idle_on_termination: event.currentTarget.checked })} />
    </Section>
  );
}

const RETRY_COUNTS: RetryCount[] = ['total', 'outcome'];

export function Retries({ edit: { campaign }, set }: Part) {
  const { t } = useTranslation();
  return (
    <Section title={t('campaigns.retries')}>
      <Select label={t('retry.count')} description={t(`retryCountText.${campaign.retry_count}`)} data={RETRY_COUNTS.map((value) => ({ value, label: t(`retryCount.${value}`) }))} value={campaign.retry_count} onChange={(count) => count !== null && set({ retry_count: count as RetryCount })} allowDeselect={false} w={280} maw="100%" />
      <RetryRules rules={campaign.retry_rules} onChange={(retry_rules) => set({ retry_rules })} />
    </Section>
  );
}

const ACW_MODES: AcwMode[] = ['none', 'max', 'fixed', 'untimed'];

export function Limits({ edit: { campaign }, set }: Part) {
  const { t } = useTranslation();
  const number = (key: NumberKey, min: number, text?: string) => (
    <NumberInput label={t(`campaigns.${key}`)} description={text} min={min} allowDecimal={key === 'answer_wait_max_s'} value={campaign[key]} onChange={(value) => set({ [key]: Number(value) })} />
  );
  const withAgents = campaign.dial_mode !== 'agentless';
  return (
    <Section title={t('campaigns.limits')}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {number('max_concurrent', 1)}
        {number('calls_per_minute_max', 0, t('common.zeroNoLimit'))}
        {number('ring_timeout_s', 5)}
        {number('call_max_s', 0, t('common.zeroNoLimit'))}
        {number('attempts_per_day_max', 0, t('common.zeroNoLimit'))}
        {number('priority', 1, t('campaigns.priorityText'))}
        {withAgents && number('answer_wait_max_s', 0)}
        {withAgents && <RecordingFields of={campaign} set={set} />}
      </SimpleGrid>
      {withAgents && (
        <Group align="flex-end">
          <Select label={t('campaigns.acw')} data={ACW_MODES.map((value) => ({ value, label: t(`acwMode.${value}`) }))} value={campaign.acw_mode} onChange={(mode) => mode !== null && set({ acw_mode: mode as AcwMode })} allowDeselect={false} w={280} maw="100%" />
          {(campaign.acw_mode === 'max' || campaign.acw_mode === 'fixed') && number('acw_max_s', 1)}
        </Group>
      )}
    </Section>
  );
}

type NumberKey = 'max_concurrent' | 'calls_per_minute_max' | 'ring_timeout_s' | 'call_max_s' | 'attempts_per_day_max' | 'priority' | 'answer_wait_max_s' | 'acw_max_s';
