// What happens when it takes too long: rules, looked at in their order; each fires once for a caller.
import { ActionIcon, Button, Card, Checkbox, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DestinationInput } from '@/components/destination-input';
import { Icon } from '@/components/icon';
import { PromptSelect } from '@/components/prompt-select';
import { Section } from '@/components/section';
import { moved } from '@/features/campaigns/campaign-draft';
import { ALSO_WAITING, changedRule, freshRule, SAYS, WITH_THRESHOLD } from '@/features/queues/queue-draft';
import type { Part } from '@/features/queues/queue-sections';
import { ACTIONS, TRIGGERS, type OverflowAction, type OverflowRule, type OverflowTrigger } from '@/lib/queue-records';

export function Overflow({ queue, set }: Part) {
  const { t } = useTranslation();
  const rules = queue.overflow;
  const change = (index: number, part: Partial<OverflowRule>) => set({ overflow: rules.map((rule, at) => (at === index ? changedRule(rule, part) : rule)) });
  return (
    <Section title={t('overflow.title')} text={t('overflow.text')}>
      {rules.map((rule, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a rule has no name but its place
        <Card key={index} withBorder padding="sm" role="group" aria-label={t('overflow.rule', { number: index + 1 })}>
          <Stack gap="xs">
            <Group justify="space-between" wrap="nowrap">
              <Text size="sm" fw={600}>{t('overflow.rule', { number: index + 1 })}</Text>
              <Group gap={4} wrap="nowrap">
                <ActionIcon variant="default" aria-label={t('retry.up', { number: index + 1 })} disabled={index === 0} onClick={() => set({ overflow: moved(rules, index, -1) })}><Icon name="up" /></ActionIcon>
                <ActionIcon variant="default" aria-label={t('retry.down', { number: index + 1 })} disabled={index === rules.length - 1} onClick={() => set({ overflow: moved(rules, index, 1) })}><Icon name="down" /></ActionIcon>
                <ActionIcon variant="default" aria-label={t('retry.delete', { number: index + 1 })} onClick={() => set({ overflow: rules.filter((_, at) => at !== index) })}><Icon name="trash" /></ActionIcon>
              </Group>
            </Group>
            <Rule rule={rule} queueId={queue.queue_id} onChange={(part) => change(index, part)} />
          </Stack>
        </Card>
      ))}
      <Group><Button variant="default" leftSection={<Icon name="plus" />} onClick={() => set({ overflow: [...rules, freshRule()] })}>{t('overflow.add')}</Button></Group>
    </Section>
  );
}

function Rule({ rule, queueId, onChange }: { rule: OverflowRule; queueId: number; onChange: (part: Partial<OverflowRule>) => void }) {
  const { t } = useTranslation();
  const says = SAYS.has(rule.action);
  return (
    <>
      <Group gap="xs" align="flex-end">
        <Select label={t('overflow.when')} className="grow" maw={320} data={TRIGGERS.map((value) => ({ value, label: t(`trigger.${value}`) }))} value={rule.trigger} onChange={(trigger) => trigger !== null && onChange({ trigger: trigger as OverflowTrigger })} allowDeselect={false} />
        {WITH_THRESHOLD.has(rule.trigger) && <NumberInput label={t(rule.trigger === 'size' ? 'overflow.calls' : 'overflow.seconds')} min={0} w={140} value={rule.threshold} onChange={(threshold) => onChange({ threshold: Number(threshold) })} />}
        <Select label={t('overflow.then')} className="grow" maw={320} data={ACTIONS.map((value) => ({ value, label: t(`overflowAction.${value}`) }))} value={rule.action} onChange={(action) => action !== null && onChange({ action: action as OverflowAction })} allowDeselect={false} />
      </Group>
      {rule.destination !== null && <Group gap="xs" align="flex-end"><DestinationInput value={rule.destination} except={queueId} onChange={(destination) => onChange({ destination })} /></Group>}
      {rule.action !== 'reject' && <PromptSelect label={t(says ? 'overflow.message' : 'overflow.messageBefore')} required={says} value={rule.prompt} onChange={(prompt) => onChange({ prompt })} />}
      {rule.action === 'announce_then_queue' && <Checkbox label={t('overflow.toTail')} checked={rule.to_tail} onChange={(event) => onChange({ to_tail: event.currentTarget.checked })} />}
      {rule.trigger === 'size' && <Checkbox label={t('overflow.inAll')} checked={rule.scope === 'global'} onChange={(event) => onChange({ scope: event.currentTarget.checked ? 'global' : 'queue' })} />}
      {ALSO_WAITING.has(rule.trigger) && <Checkbox label={t('overflow.waitingToo')} checked={rule.waiting_too} onChange={(event) => onChange({ waiting_too: event.currentTarget.checked })} />}
    </>
  );
}
