// Rows as the API sends them; the same names as `src/busyhour/service/records.py`. Times are UTC epoch seconds.
import type { RecordingPolicy } from '@/lib/views';

export type Role = 'administrator' | 'supervisor' | 'agent';

export interface User {
  user_id: number;
  tenant_id: number;
  login: string;
  name: string;
  role: Role;
  disabled: boolean;
  created_utc_s: number;
  agent_id: number | null;
  must_change_password: boolean;
}

export interface Tenant {
  tenant_id: number;
  name: string;
  time_zone: string;
  country: string;
}

export interface Session {
  user: User;
  tenant: Tenant;
  csrf: string;
  permissions: string[];
}

export type PhoneKind = 'browser' | 'sip';
export type LegMode = 'persistent' | 'per_call';

export interface Agent {
  agent_id: number;
  user_id: number;
  name: string;
  login: string;
  phone_kind: PhoneKind;
  sip_address: string;
  leg_mode: LegMode;
  disabled: boolean;
  may_dial: boolean;
  acw_s: number;
  skills: Record<string, number>;
}

export interface PauseReason {
  pause_reason_id: number;
  name: string;
  time_max_s: number;
}

export interface Disposition {
  disposition_id: number;
  campaign_id: number | null;
  code: string;
  label: string;
  position: number;
}

export interface TrunkRow {
  trunk_id: number;
  name: string;
  host: string;
  login: string;
  has_password: boolean;
  prefix: string;
  strip_plus: boolean;
  capacity: number;
  calls_per_s_max: number;
  endpoint: string;
  demo: boolean;
}

export interface Prompt {
  prompt_id: number;
  name: string;
  text: string;
  language: string;
  media: string;
  duration_s: number;
}

export interface ContactList {
  list_id: number;
  name: string;
  hidden: boolean;
  created_utc_s: number;
  contacts: number;
  numbers: number;
}

export interface Contact {
  contact_id: number;
  list_id: number;
  position: number;
  name: string;
  numbers: string[];
  attributes: Record<string, string>;
  output: Record<string, string>;
  time_zone: string | null;
  schedule_utc_s: number | null;
  schedule_extension: string | null;
}

export interface ImportJob {
  import_id: number;
  list_id: number;
  file_name: string;
  state: 'running' | 'done' | 'failed';
  rows_read: number;
  rows_total: number | null;
  contacts_added: number;
  rows_rejected: number;
  error: string | null;
  started_utc_s: number;
  ended_utc_s: number | null;
}

export interface Reject {
  line: number;
  reason: string;
  text: string;
}

export interface DncEntry {
  number: string;
  added_utc_s: number;
  source: string;
}

export type DialMode = 'manual' | 'preview' | 'progressive' | 'ratio' | 'predictive' | 'agentless';
export type FirstLeg = 'customer' | 'agent';

export type PreviewEnd = 'dial' | 'give_back';

export interface Preview {
  timeout_s: number;
  timeout_action: PreviewEnd;
  skip_reasons: string[];
}

export interface Pacing {
  ratio: number;
  correction: number;
  waiting_max: number | null;
  at_once_max: number;
  per_agent_max: number;
  late_cancel: boolean;
  chances: boolean;
  first_leg: FirstLeg;
}
export type AcwMode = 'none' | 'max' | 'fixed' | 'untimed';
export type RetryMode = 'fixed' | 'multi';
export type ListRole = 'normal' | 'black';

export interface Hours {
  from_s: number;
  until_s: number;
  days: number[];
}

export type RetryCount = 'total' | 'outcome';

export interface RetryRule {
  outcome: string;
  disposition: string | null;
  max_attempts: number;
  delay_s: number;
  mode: RetryMode;
}

export interface Compliance {
  preset: string;
  limit: number | null;
  window_s: number;
  opt_out_key: string;
  opt_out_prompt: string | null;
}

/** A prefix such as +39, or a country's two letters, which the server makes one of; 0 = no limit. */
export interface Destination {
  prefix: string;
  calls_max: number;
  per_minute_max: number;
}

/** When a run stops by itself: shares, 0 and 1 are off. */
export interface Watch {
  attempts: number;
  answered_min: number;
  short_max: number;
  short_s: number;
  removes: boolean;
}

/** How the detector of answering machines listens; what else is a person. */
export interface Listening {
  analysis_max_s: number;
  greeting_max_s: number;
  silence_s: number;
  words_max: number;
}

/** Of so many calls that were taken for machines, how many people answered. */
export interface DetectorTest {
  calls: number;
  people: number;
  on: string;
  note: string;
}

export interface Machines {
  detection: boolean;
  listening: Listening;
  action: 'hang_up' | 'message';
  message_prompt: string | null;
  again_s: number;
  check_every: number;
  test: DetectorTest;
}

/** What one law asks; the same names as `src/busyhour/core/dialer/compliance/presets.py`. */
export interface Preset {
  key: string;
  name: string;
  windows: { span: string; limit: number; length_s: number }[];
  source: string;
  ring_min_s: number;
  wait_max_s: number;
  opt_out_key: boolean;
  abandoned_again_s: number;
  kept_days: number;
}

export interface Campaign {
  campaign_id: number;
  name: string;
  dial_mode: DialMode;
  priority: number;
  max_concurrent: number;
  calls_per_minute_max: number;
  ring_timeout_s: number;
  call_max_s: number;
  answer_wait_max_s: number;
  acw_mode: AcwMode;
  acw_max_s: number;
  recording?: RecordingPolicy | null;
  recording_days?: number | null;
  caller_id: string;
  message_prompt: string | null;
  abandon_prompt: string | null;
  idle_on_termination: boolean;
  time_zone: string;
  active_hours: Hours;
  callee_hours: Hours;
  compliance: Compliance;
  pacing: Pacing;
  machines: Machines;
  destinations: Destination[];
  watch: Watch;
  preview: Preview;
  dial_countries: string[];
  attempts_per_day_max: number;
  retry_rules: RetryRule[];
  retry_count: RetryCount;
  trunk_ids: number[];
  agent_ids: number[];
}

export interface CampaignList {
  list_id: number;
  name: string;
  role: ListRole;
  position: number;
}

export type CampaignStatus = 'runnable' | 'closed' | 'hidden';

export interface CampaignRow {
  campaign: Campaign;
  status: CampaignStatus;
  lists: CampaignList[];
  run_id: number | null;
  run_state: string | null;
  created_utc_s: number;
  faults: string[];
}

export interface RunRow {
  run_id: number;
  campaign_id: number;
  campaign_name: string;
  state: string;
  started_utc_s: number;
  ended_utc_s: number | null;
  placed: number;
  finished: number;
  waiting: number;
  fresh: number;
  next_due_utc_s: number | null;
}

export interface AttemptRow {
  call: string;
  run_id: number;
  campaign_id: number;
  campaign_name: string;
  list_name: string;
  contact_id: number;
  contact_name: string;
  number: string;
  attempt_no: number;
  state: string;
  outcome: string | null;
  disposition: string | null;
  note: string | null;
  agent_name: string | null;
  trunk_name: string;
  intent_utc_s: number;
  ringing_utc_s: number | null;
  answered_utc_s: number | null;
  joined_utc_s: number | null;
  ended_utc_s: number | null;
  wait_pre_ms: number | null;
  wait_after_ms: number | null;
  talk_ms: number | null;
  next_due_utc_s: number | null;
  cause: string | null;
  why: string;
  retry_why: string | null;
  attributes: Record<string, string>;
  message_ms: number | null;
  opted_out_utc_s: number | null;
  heard: string | null;
  analysis_ms: number | null;
}

export interface Page<Row> {
  rows: Row[];
  cursor: string | null;
}

export interface OutcomeCount {
  outcome: string;
  disposition: string | null;
  count: number;
  talk_ms: number;
}

export interface Summary {
  attempts: number;
  contacts: number;
  talk_ms: number;
  wait_pre_ms: number;
  wait_after_ms: number;
  outcomes: OutcomeCount[];
  trunks: [string, number][];
}

export const OUTCOMES = [
  'HANDLED',
  'IVR_COMPLETED',
  'IVR_LEFT',
  'BUSY',
  'NO_ANSWER',
  'CANCELLED',
  'CONGESTION',
  'INVALID_NUMBER',
  'UNAVAILABLE',
  'ABANDONED',
  'ANSWERING_MACHINE',
  'MAX_DURATION',
  'DNC',
  'SYSTEM_ERROR',
  'LOST',
] as const;
