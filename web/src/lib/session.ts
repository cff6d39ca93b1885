// Who is logged in.
import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, ApiError, setCsrf } from '@/lib/api';
import { allows } from '@/lib/permissions';
import type { Session } from '@/lib/records';

export const SESSION_KEY = ['session'];

async function fetchSession(): Promise<Session | null> {
  try {
    return keep(await api.get<Session>('/api/session'));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

function keep(session: Session): Session {
  setCsrf(session.csrf);
  return session;
}

export function useSessionState(): { session: Session | null; loading: boolean; error: Error | null } {
  const query = useQuery({ queryKey: SESSION_KEY, queryFn: fetchSession, staleTime: Infinity, retry: 5 });
  return { session: query.data ?? null, loading: query.isPending, error: query.data === undefined ? query.error : null };
}

/** Only inside the frame, where somebody is logged in. */
export function useSession(): Session {
  const { session } = useSessionState();
  if (session === null) throw new Error('nobody is logged in');
  return session;
}

export function useAllowed(): (permission: string) => boolean {
  const { session } = useSessionState();
  return (permission) => allows(session?.permissions ?? [], permission);
}

/** What the last user saw goes. The session's own query stays: a removed one has nobody who hears of the new session. */
export function forgetOthers(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
}

export function useLogIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { login: string; password: string }) => api.post<Session>('/api/session', body),
    onSuccess: (session) => {
      forgetOthers(client);
      client.setQueryData(SESSION_KEY, keep(session));
    },
  });
}

export function useLogOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete<void>('/api/session'),
    onSettled: () => {
      forgetOthers(client);
      client.setQueryData(SESSION_KEY, null);
    },
  });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { old: string; new: string }) => api.post<Session | null>('/api/session/password', body),
    // The server ends the old session and opens another: its token counts from now on.
    onSuccess: (session) => {
      if (session?.csrf) client.setQueryData(SESSION_KEY, keep(session));
      return client.invalidateQueries({ queryKey: SESSION_KEY });
    },
  });
}
