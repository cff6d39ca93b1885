import { useMutation, useQueryClient } from '@tanstack/react-query';
import { done } from '@/components/notify';
import { api } from '@/lib/api';
import i18n from '@/lib/i18n';
import type { Agent, Role, User } from '@/lib/records';

export interface NewUser {
  login: string;
  name: string;
  role: Role;
  password?: string;
}

/** The answer carries the password once, when the server made it. */
export interface Created {
  user: User;
  password: string | null;
}

export function useCreateUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewUser) => api.post<Created>('/api/users', body),
    onSuccess: () => invalidate(client),
  });
}

export interface UserEdit {
  name?: string;
  role?: Role;
  disabled?: boolean;
  password?: string;
}

export function useEditUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ user, edit, agent, skills }: { user: User; edit: UserEdit; agent: Partial<Agent> | null; skills: Record<string, number> | null }) => {
      await api.patch<User>(`/api/users/${user.user_id}`, edit);
      if (agent !== null && user.agent_id != null) await api.patch<Agent>(`/api/agents/${user.agent_id}`, agent);
      if (skills !== null && user.agent_id != null) await api.put<Agent>(`/api/agents/${user.agent_id}/skills`, { skills });
    },
    onSuccess: () => {
      done(i18n.t('common.saved'));
      return invalidate(client);
    },
  });
}

async function invalidate(client: ReturnType<typeof useQueryClient>): Promise<void> {
  await client.invalidateQueries({ queryKey: ['/api/users'] });
  await client.invalidateQueries({ queryKey: ['/api/agents'] });
}
