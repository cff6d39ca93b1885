import { useInfiniteQuery } from '@tanstack/react-query';
import { api, query } from '@/lib/api';
import type { CallerRow } from '@/lib/queue-records';
import type { Page } from '@/lib/records';

export interface CallerFilters {
  queue_id?: number | null;
  agent_id?: number | null;
  outcome?: string | null;
  number?: string | null;
  from_utc_s?: number | null;
  until_utc_s?: number | null;
}

const PAGE_ROWS = 100;

export function useCallers(filters: CallerFilters) {
  return useInfiniteQuery({
    queryKey: ['callers', filters],
    queryFn: ({ pageParam }) => api.get<Page<CallerRow>>(`/api/callers${query({ ...filters, cursor: pageParam, limit: PAGE_ROWS })}`),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    staleTime: 0,
  });
}

export function exportPath(filters: CallerFilters, format: string): string {
  return `/api/callers/export${query({ format, ...filters })}`;
}
