import { usePages } from '@/lib/crud';
import type { AuditRow, Audited } from '@/lib/audit-records';

export interface AuditFilters {
  agent_id?: number | null;
  what?: Audited | null;
  from_utc_s?: number | null;
  until_utc_s?: number | null;
}

export function useAudit(filters: AuditFilters) {
  return usePages<AuditRow>('audit', filters);
}
