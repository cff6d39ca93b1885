// Entries of the audit log as the API sends them; the same names as `src/busyhour/service/records.py`.

export const AUDITED = ['log in', 'log in failed', 'added', 'changed', 'removed', 'contacts imported', 'callback canceled', 'run started', 'run paused', 'run unpaused', 'run removed', 'manual dial', 'other number', 'listened', 'whispered', 'barged in', 'took over', 'supervised', 'recording heard', 'recording downloaded', 'recording erased', 'recording held', 'recording released'] as const;
export type Audited = (typeof AUDITED)[number];

export interface AuditDetail {
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  rows: number | null;
  first: Record<string, unknown>[];
}

export interface AuditRow {
  entry_id: number;
  at_utc_s: number;
  agent_id: number | null;
  agent_name: string | null;
  user_name: string | null;
  address: string | null;
  subject: string | null;
  detail: AuditDetail | null;
  what: Audited;
  call: string;
  number: string;
  contact_id: number | null;
  contact_name: string | null;
  campaign_id: number | null;
  campaign_name: string | null;
}
