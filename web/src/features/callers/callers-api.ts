import { query } from '@/lib/api';
import { usePages } from '@/lib/crud';
import type { CallerRow } from '@/lib/queue-records';

export interface CallerFilters {
  queue_id?: number | null;
  agent_id?: number | null;
  outcome?: string | null;
  number?: string | null;
  from_utc_s?: number | null;
  until_utc_s?: number | null;
}

export function useCallers(filters: CallerFilters) {
  return usePages<CallerRow>('callers', filters);
}

export function exportPath(filters: CallerFilters, format: string): string {
  return `/api/callers/export${query({ format, ...filters })}`;
}
