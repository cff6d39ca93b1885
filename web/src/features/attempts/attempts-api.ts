import { useQuery } from '@tanstack/react-query';
import { api, query } from '@/lib/api';
import { usePages } from '@/lib/crud';
import type { AttemptRow, Summary } from '@/lib/records';

export interface Filters {
  campaign_id?: number | null;
  run_id?: number | null;
  list_id?: number | null;
  agent_id?: number | null;
  outcome?: string | null;
  number?: string | null;
  from_utc_s?: number | null;
  until_utc_s?: number | null;
}

export function useAttempts(filters: Filters) {
  return usePages<AttemptRow>('attempts', filters);
}

export function useSummary(filters: Filters) {
  return useQuery({ queryKey: ['summary', filters], queryFn: () => api.get<Summary>(`/api/reports/summary${query({ ...filters })}`), staleTime: 0 });
}

export function exportPath(filters: Filters, format: string): string {
  return `/api/attempts/export${query({ format, ...filters })}`;
}
