import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { done, failed } from '@/components/notify';
import { api, query } from '@/lib/api';
import { useRowsOf } from '@/lib/crud';
import i18n from '@/lib/i18n';
import type { Queue, QueueReport } from '@/lib/queue-records';
import type { Agent } from '@/lib/records';

const KEY = ['/api/queues'];

export function useQueue(id: number | null) {
  return useQuery({ queryKey: [...KEY, id], queryFn: () => api.get<Queue>(`/api/queues/${id}`), enabled: id !== null, staleTime: 0 });
}

export function useSaveQueue() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (queue: Queue) => (queue.queue_id === 0 ? api.post<Queue>('/api/queues', queue) : api.put<Queue>(`/api/queues/${queue.queue_id}`, queue)),
    onSuccess: () => {
      done(i18n.t('common.saved'));
      return client.invalidateQueries({ queryKey: KEY });
    },
  });
}

export function useEmergency() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, on }: { id: number; on: boolean }) => api.put<Queue>(`/api/queues/${id}/emergency`, { on }),
    onError: failed,
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

/** Names of skills that somebody has or some queue asks for. */
export function useKnownSkills(): string[] {
  const agents = useRowsOf<Agent>('/api/agents').data ?? [];
  const queues = useRowsOf<Queue>('/api/queues').data ?? [];
  const names = [...agents.flatMap((agent) => Object.keys(agent.skills)), ...queues.flatMap((queue) => queue.skills.map((need) => need.skill))];
  return [...new Set(names)].toSorted();
}

const QUARTER_S = 900;
const REFRESH_MS = 60_000;

/** The quarters of an hour of the last `hours`, asked for anew each minute. */
export function useQuarters(hours: number) {
  return useQuery({
    queryKey: ['queue report', hours],
    queryFn: () => {
      const now = Math.floor(Date.now() / 1000);
      const from = Math.floor(now / QUARTER_S) * QUARTER_S - hours * 4 * QUARTER_S + QUARTER_S;
      return api.get<QueueReport>(`/api/reports/queues${query({ from_utc_s: from, until_utc_s: now + 1 })}`);
    },
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  });
}
