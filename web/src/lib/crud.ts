// Plain nouns: read all, save one, delete one. What each page of settings needs.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { done, failed } from '@/components/notify';
import { api, getRows, query } from '@/lib/api';
import i18n from '@/lib/i18n';
import type { Page } from '@/lib/records';

const PAGE_ROWS = 100;

export function useRowsOf<Row>(path: string) {
  return useQuery({ queryKey: [path], queryFn: () => getRows<Row>(path) });
}

/** What can grow without end comes a page at a time, newest first; `name` is that of its path and of its place in the cache. */
export function usePages<Row>(name: string, filters: object) {
  return useInfiniteQuery({
    queryKey: [name, filters],
    queryFn: ({ pageParam }) => api.get<Page<Row>>(`/api/${name}${query({ ...filters, cursor: pageParam, limit: PAGE_ROWS })}`),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    staleTime: 0,
  });
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
