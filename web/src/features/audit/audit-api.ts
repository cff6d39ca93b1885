import { useInfiniteQuery } from '@tanstack/react-query';
import { api, query } from '@/lib/api';
import type { AuditRow, Audited } from '@/lib/audit-records';
import type { Page } from '@/lib/records';

export interface AuditFilters {
  agent_id?: number | null;
  what?: Audited | null;
  from_utc_s?: number | null;
  until_utc_s?: number | null;
}

const PAGE_ROWS = 100;

export function useAudit(filters: AuditFilters) {
  return useInfiniteQuery({
    queryKey: ['audit', filters],
    queryFn: ({ pageParam }) => api.get<Page<AuditRow>>(`/api/audit${query({ ...filters, cursor: pageParam, limit: PAGE_ROWS })}`),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    staleTime: 0,
  });
}
