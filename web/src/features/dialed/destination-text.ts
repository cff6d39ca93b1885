// A destination in words: "Queue Sales".
import { useTranslation } from 'react-i18next';
import { useRowsOf } from '@/lib/crud';
import { phone } from '@/lib/format';
import type { Destination, Queue } from '@/lib/queue-records';
import type { Agent, Prompt } from '@/lib/records';

export function useDestinationText(): (to: Destination) => string {
  const { t } = useTranslation();
  const queues = useRowsOf<Queue>('/api/queues').data ?? [];
  const agents = useRowsOf<Agent>('/api/agents').data ?? [];
  const prompts = useRowsOf<Prompt>('/api/prompts').data ?? [];
  return (to) => {
    const names: Record<Destination['kind'], string | undefined> = {
      queue: queues.find((one) => String(one.queue_id) === to.target)?.name,
      callback: queues.find((one) => String(one.queue_id) === to.target)?.name,
      agent: agents.find((one) => String(one.agent_id) === to.target)?.name,
      prompt: prompts.find((one) => one.media === to.target)?.name,
      number: phone(to.target),
    };
    return `${t(`destinationKind.${to.kind}`)}: ${names[to.kind] ?? to.target}`;
  };
}
