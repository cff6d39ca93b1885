// How callers are called back who do not wait on the line, and by which lines anybody outside is dialed.
import { Checkbox, MultiSelect, NumberInput, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { HoursInput } from '@/components/hours-input';
import { PromptSelect } from '@/components/prompt-select';
import { Section } from '@/components/section';
import type { Part } from '@/features/queues/queue-sections';
import { useRowsOf } from '@/lib/crud';
import type { CallbackRule } from '@/lib/queue-records';
import type { TrunkRow } from '@/lib/records';

const KEYS = [...'1234567890*#'];

export function CallbackSection({ queue, set }: Part) {
  const { t } = useTranslation();
  const trunks = useRowsOf<TrunkRow>('/api/trunks').data ?? [];
  const rule = queue.callback;
  const change = (part: Partial<CallbackRule>) => set({ callback: { ...rule, ...part } });
  return (
    <Section title={t('callback.title')} text={t('callback.text')}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select label={t('callback.key')} description={t('callback.keyText')} data={KEYS} value={queue.callback_key || null} placeholder={t('callback.noKey')} onChange={(key) => set({ callback_key: key ?? '' })} clearable clearButtonProps={{ 'aria-label': t('common.clear') }} />
        <MultiSelect label={t('campaigns.trunks')} description={t('callback.trunksText')} data={trunks.map((trunk) => ({ value: String(trunk.trunk_id), label: trunk.name }))} value={queue.trunk_ids.map(String)} onChange={(ids) => set({ trunk_ids: ids.map(Number) })} nothingFoundMessage={t('campaigns.noTrunks')} />
        <TextInput label={t('campaigns.callerId')} description={t('campaigns.callerIdText')} type="tel" maxLength={16} value={queue.caller_id} onChange={(event) => set({ caller_id: event.currentTarget.value })} />
        <NumberInput label={t('callback.attempts')} min={1} max={20} value={rule.attempts_max} onChange={(value) => change({ attempts_max: Number(value) })} />
        <NumberInput label={t('callback.retry')} min={0.5} max={1440} decimalScale={1} value={rule.retry_s / 60} onChange={(value) => change({ retry_s: Number(value) * 60 })} />
        <NumberInput label={t('callback.expires')} description={t('callback.expiresText')} min={1} max={720} decimalScale={1} value={rule.expires_s / 3600} onChange={(value) => change({ expires_s: Number(value) * 3600 })} />
      </SimpleGrid>
      <PromptSelect label={t('callback.said')} text={t('callback.saidText')} value={queue.announce.callback} onChange={(callback) => set({ announce: { ...queue.announce, callback } })} />
      <HoursInput label={t('callback.hours')} text={t('callback.hoursText')} value={rule.hours} onChange={(hours) => change({ hours })} />
      <Checkbox label={t('callback.agentFirst')} description={t('callback.agentFirstText')} checked={rule.agent_first} onChange={(event) => change({ agent_first: event.currentTarget.checked })} />
      <Checkbox label={t('callback.lost')} description={t('callback.lostText')} checked={rule.lost} onChange={(event) => change({ lost: event.currentTarget.checked })} />
    </Section>
  );
}
