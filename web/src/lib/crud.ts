// Plain nouns: read all, save one, delete one. What each page of settings needs.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { done, failed } from '@/components/notify';
import { api, getRows } from '@/lib/api';
import i18n from '@/lib/i18n';

export function useRowsOf<Row>(path: string) {
  return useQuery({ queryKey: [path], queryFn: () => getRows<Row>(path) });
}

export function useSave<Body, Answer = unknown>(path: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id: number | null; body: Body }) =>
      id === null ? api.post<Answer>(path, body) : api.patch<Answer>(`${path}/${id}`, body),
    onSuccess: () => {
      done(i18n.t('common.saved'));
      return client.invalidateQueries({ queryKey: [path] });
    },
  });
}

export function useRemove(path: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => api.delete<void>(`${path}/${id}`),
    onError: failed,
    onSuccess: () => {
      done(i18n.t('common.deleted'));
      return client.invalidateQueries({ queryKey: [path] });
    },
  });
}
