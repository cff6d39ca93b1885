// Where a call can be sent: a queue, an agent, a number, a message, a callback; alone or as an ordered list.
import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { PromptSelect } from '@/components/prompt-select';
import { useRowsOf } from '@/lib/crud';
import { DESTINATION_KINDS, type Destination, type DestinationKind, type Queue } from '@/lib/queue-records';
import type { Agent } from '@/lib/records';

interface Props {
  value: Destination;
  /** Not offered: the queue itself. */
  except?: number;
  onChange: (to: Destination) => void;
}

export function DestinationInput({ value, except, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t('sendTo.kind')}
        w={150}
        data={DESTINATION_KINDS.map((kind) => ({ value: kind, label: t(`destinationKind.${kind}`) }))}
        value={value.kind}
        onChange={(kind) => kind !== null && onChange({ kind: kind as DestinationKind, target: '' })}
        allowDeselect={false}
      />
      <div className="grow" style={{ minWidth: 180, maxWidth: 320 }}>
        <Target value={value} except={except} onChange={(target) => onChange({ ...value, target })} />
      </div>
    </>
  );
}

function Target({ value, except, onChange }: { value: Destination; except?: number; onChange: (target: string) => void }) {
  const { t } = useTranslation();
  const queues = useRowsOf<Queue>('/api/queues').data ?? [];
  const agents = useRowsOf<Agent>('/api/agents').data ?? [];
  const label = t(`destinationKind.${value.kind}`);
  const choose = (data: { value: string; label: string }[], none: string) => (
    <Select label={label} required searchable data={data} value={value.target || null} onChange={(target) => onChange(target ?? '')} allowDeselect={false} nothingFoundMessage={none} />
  );
  switch (value.kind) {
    case 'queue':
    case 'callback':
      return choose(queues.filter((queue) => queue.queue_id !== except).map((queue) => ({ value: String(queue.queue_id), label: queue.name })), t('sendTo.noQueues'));
    case 'agent':
      return choose(agents.filter((agent) => !agent.disabled).map((agent) => ({ value: String(agent.agent_id), label: agent.name })), t('campaigns.noAgents'));
    case 'prompt':
      return <PromptSelect label={label} required value={value.target || null} onChange={(media) => onChange(media ?? '')} />;
    case 'number':
      return <TextInput label={label} required type="tel" maxLength={21} value={value.target} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
}

export function DestinationsInput({ label, text, value, onChange }: { label: string; text: string; value: Destination[]; onChange: (to: Destination[]) => void }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="group" aria-label={label}>
      <div>
        <Text size="sm" fw={500}>{label}</Text>
        <Text size="xs" c="dimmed">{text}</Text>
      </div>
      {value.map((to, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- its place is its meaning
        <Group key={index} gap="xs" align="flex-end">
          <DestinationInput value={to} onChange={(next) => onChange(value.map((one, at) => (at === index ? next : one)))} />
          <ActionIcon variant="default" mb={4} aria-label={t('sendTo.remove', { number: index + 1 })} onClick={() => onChange(value.filter((_, at) => at !== index))}><Icon name="trash" /></ActionIcon>
        </Group>
      ))}
      <Group><Button variant="default" leftSection={<Icon name="plus" />} onClick={() => onChange([...value, { kind: 'queue', target: '' }])}>{t('sendTo.add')}</Button></Group>
    </Stack>
  );
}
