// What a supervisor asks about an agent's call. What happens then comes back by the feed.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { failed } from '@/components/notify';
import { api } from '@/lib/api';
import { useSession } from '@/lib/session';
import type { AgentView, SupervisionMode } from '@/lib/views';

export const MODES: readonly SupervisionMode[] = ['listen', 'whisper', 'barge'];

export function useSupervise() {
  return useMutation({
    mutationFn: ({ agentId, mode }: { agentId: number; mode: SupervisionMode }) => api.post<unknown>(`/api/supervision/agents/${agentId}`, { mode }),
    onError: failed,
  });
}

export function useTakeOver() {
  return useMutation({ mutationFn: () => api.post<unknown>('/api/supervision/takeover'), onError: failed });
}

export function useEndSupervision() {
  return useMutation({ mutationFn: () => api.post<unknown>('/api/supervision/end'), onError: failed });
}

const RULE = '/api/supervision/rule';

/** Whether agents see that somebody listens to them. */
export interface SupervisionRule {
  listening_shown: boolean;
}

export function useSupervisionRule(enabled: boolean) {
  return useQuery({ queryKey: [RULE], queryFn: () => api.get<SupervisionRule>(RULE), enabled });
}

export function useSetSupervisionRule() {
  const client = useQueryClient();
  return useMutation({ mutationFn: (rule: SupervisionRule) => api.put<SupervisionRule>(RULE, rule), onSuccess: (rule) => client.setQueryData([RULE], rule), onError: failed });
}

/** The supervisor's own place on the floor: only who has a phone here can hear a call. */
export function useOwnAgent(agents: AgentView[]): AgentView | null {
  const { user } = useSession();
  return agents.find((agent) => agent.agent_id === user.agent_id) ?? null;
}
