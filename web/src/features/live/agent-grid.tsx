// Agents: state in colour, shape and text, and how long.
import { Button, Card, Group, SimpleGrid, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { lookOf, StateBadge } from '@/components/state-badge';
import { Since } from '@/components/timer';
import { useSupervise } from '@/features/live/supervision';
import { phone } from '@/lib/format';
import { useAllowed } from '@/lib/session';
import type { AgentView, CallView } from '@/lib/views';

const ORDER = ['on_contact', 'reserved', 'acw', 'available', 'not_ready', 'offline'];
const SHOWN_MAX = 300;

export function AgentGrid({ agents, calls, own }: { agents: AgentView[]; calls: Record<string, CallView>; own: AgentView | null }) {
  const { t } = useTranslation();
  const sorted = agents.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name));
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, xl: 5 }} spacing="xs">
        {sorted.slice(0, SHOWN_MAX).map((agent) => <AgentCard key={agent.agent_id} agent={agent} call={agent.call === null ? null : (calls[agent.call] ?? null)} own={own} />)}
      </SimpleGrid>
      {sorted.length > SHOWN_MAX && <Text size="sm" c="dimmed">{t('live.moreAgents', { count: sorted.length - SHOWN_MAX })}</Text>}
    </>
  );
}

const WITH_AGENT = new Set(['talking', 'held']);

function AgentCard({ agent, call, own }: { agent: AgentView; call: CallView | null; own: AgentView | null }) {
  const { t } = useTranslation();
  const [color] = lookOf(agent.state);
  return (
    <Card withBorder padding="xs" style={{ borderLeft: `5px solid var(--mantine-color-${color}-6)` }}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text fw={600} className="clip">{agent.name}</Text>
        <Text size="sm"><Since utcS={agent.since_utc_s} /></Text>
      </Group>
      <StateBadge state={agent.state} reason={agent.reason} size="sm" />
      <Text size="xs" c="dimmed" className="clip" mt={4}>{call === null ? t(`phone.${agent.phone}`) : `${call.caller?.shown || call.contact_name || phone(call.number)}`}</Text>
      {agent.supervised_by ? <Text size="xs" className="clip">{t('supervise.by', { name: agent.supervised_by })}</Text> : null}
      {call !== null && WITH_AGENT.has(call.state) && own !== null && own !== agent && own.supervises?.agent_id !== agent.agent_id && <ListenButton agent={agent} />}
    </Card>
  );
}

function ListenButton({ agent }: { agent: AgentView }) {
  const { t } = useTranslation();
  const allowed = useAllowed();
  const { mutate: supervise, isPending } = useSupervise();
  if (!allowed('calls:supervise')) return null;
  return (
    <Button size="xs" variant="light" mt={6} leftSection={<Icon name="ear" size={14} />} loading={isPending} onClick={() => supervise({ agentId: agent.agent_id, mode: 'listen' })} aria-label={t('supervise.listenTo', { name: agent.name })}>
      {t('supervise.listen')}
    </Button>
  );
}
