// Rows of inbound traffic as the API sends them; the same names as `src/busyhour/core/model/queue.py`, `dialed.py`,
// `opening.py`, `callers.py` and `service/caller_records.py`. Times are UTC epoch seconds.
import type { AcwMode, AttemptRow, Contact, Disposition, Hours } from '@/lib/records';
import type { RecordingPolicy } from '@/lib/views';

export const LEVEL_MAX = 10;

export const STRATEGIES = ['longest_idle', 'rrmemory', 'least_calls', 'ring_all', 'fill'] as const;
export const MATCHES = ['all', 'best'] as const;
export const DISPATCHES = ['internal', 'external'] as const;
export const TRIGGERS = ['ewt', 'size', 'waited', 'no_agents', 'full', 'closed'] as const;
export const ACTIONS = ['announce_then_queue', 'announce_then_hangup', 'transfer', 'offer_callback', 'reject'] as const;
export const DESTINATION_KINDS = ['queue', 'agent', 'number', 'prompt', 'callback'] as const;
export const CLOSED = ['emergency', 'holiday', 'hours'] as const;
export const CALLER_OUTCOMES = ['HANDLED', 'ABANDONED', 'SENT_ON', 'CALLED_BACK', 'TURNED_AWAY', 'UNREACHED', 'MAX_DURATION', 'LOST'] as const;

export type Strategy = (typeof STRATEGIES)[number];
export type Match = (typeof MATCHES)[number];
export type Dispatch = (typeof DISPATCHES)[number];
export type OverflowTrigger = (typeof TRIGGERS)[number];
export type OverflowAction = (typeof ACTIONS)[number];
export type DestinationKind = (typeof DESTINATION_KINDS)[number];
export type Closed = (typeof CLOSED)[number];

export interface SkillNeed {
  skill: string;
  level: number;
}

export interface RelaxStep {
  after_s: number;
  levels_less: number;
  without: string[];
  tier: number;
}

export interface QueueMember {
  agent_id: number;
  tier: number;
}

export interface Destination {
  kind: DestinationKind;
  target: string;
}

export interface OverflowRule {
  trigger: OverflowTrigger;
  threshold: number;
  scope: 'queue' | 'global';
  action: OverflowAction;
  prompt: string | null;
  destination: Destination | null;
  waiting_too: boolean;
  to_tail: boolean;
}

export interface Holiday {
  day: string;
  name: string;
  hours: Hours[];
}

export interface Opening {
  hours: Hours[];
  holidays: Holiday[];
  time_zone: string;
  emergency: boolean;
}

export interface CallbackRule {
  hours: Hours;
  attempts_max: number;
  retry_s: number;
  expires_s: number;
  agent_first: boolean;
  lost: boolean;
}

export interface Queue {
  queue_id: number;
  name: string;
  medium: 'audio' | 'chat';
  priority: number;
  skills: SkillNeed[];
  match: Match;
  relax: RelaxStep[];
  members: QueueMember[];
  strategy: Strategy;
  dispatch: Dispatch;
  acw_mode: AcwMode;
  acw_max_s: number;
  call_max_s: number;
  recording?: RecordingPolicy | null;
  recording_days?: number | null;
  waiting_max: number;
  overflow: OverflowRule[];
  sticky: { wait_s: number; window_s: number };
  miss: { ring_timeout_s: number; rest_s: number; pause_after: number };
  callback: CallbackRule;
  opening: Opening;
  announce: {
    welcome: string | null;
    place_every_s: number;
    place: boolean;
    wait: boolean;
    whisper: string | null;
    callback: string | null;
    farewell: string | null;
    music: string | null;
    language: string;
  };
  callback_key: string;
  trunk_ids: number[];
  caller_id: string;
  level_s: [number, number];
  prefix: string;
}

export interface Treatment {
  to: Destination[];
  opening: Opening;
  when_closed: Destination[];
  prompts: Partial<Record<Closed, string>>;
}

export interface DialedNumberRow {
  number_id: number;
  pattern: string;
  label: string;
  treatment: Treatment;
}

export interface CallerRow {
  call: string;
  dialed: string;
  number: string;
  name: string;
  queue_id: number | null;
  queue_name: string | null;
  agent_id: number | null;
  agent_name: string | null;
  arrived_utc_s: number;
  answered_utc_s: number | null;
  joined_utc_s: number | null;
  ended_utc_s: number | null;
  wait_s: number | null;
  talk_s: number | null;
  outcome: string | null;
  cause: string | null;
  disposition: string | null;
  note: string | null;
  callback: boolean;
  contact_id: number | null;
  why: string;
}

export type CallbackState = 'waiting' | 'dialing' | 'put_off' | 'done' | 'given_up';

export type CallbackSource = 'caller' | 'desk' | 'lost';

export interface Callback {
  callback: string;
  queue_id: number;
  number: string;
  name: string;
  rule: CallbackRule;
  since_utc_s: number;
  promised_utc_s: number;
  state: CallbackState;
  attempts: number;
  source: CallbackSource;
  due_utc_s: number | null;
  why: string;
}

export interface QueueCounts {
  entered: number;
  answered: number;
  abandoned: number;
  sent_on: number;
  wait_s: number;
  wait_max_s: number;
  abandoned_wait_s: number;
  talk_s: number;
  in_time: [number, number];
  short: [number, number];
  distributed: number;
}

export interface FiguresRow {
  queue_id: number;
  queue_name: string;
  from_utc_s: number;
  counts: QueueCounts;
  answer_wait_mean_s: number;
  abandoned_share: number;
  levels: [number | null, number | null];
}

export interface QueueReport {
  from_utc_s: number;
  until_utc_s: number;
  formula: string;
  quarters: FiguresRow[];
  totals: FiguresRow[];
}

export interface DeskCaller {
  call: string;
  earlier: CallerRow[];
  attempts: AttemptRow[];
  contacts: Contact[];
  dispositions: Disposition[];
}

export interface DeskDestinations {
  queues: { queue_id: number; name: string; waiting: number; agents_free: number }[];
  agents: { agent_id: number; name: string; state: string }[];
  numbers: boolean;
}
