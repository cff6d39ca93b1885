// What the live feed sends; the same names as `src/busyhour/service/views.py`.

export type AgentState = 'offline' | 'not_ready' | 'available' | 'reserved' | 'on_contact' | 'acw';
export type PhoneState = 'up' | 'ringing' | 'registered' | 'gone';

/** What came of an agent's last contact without a conversation. */
export interface TriedView {
  number: string;
  name: string;
  contact_id: number;
  campaign_id: number;
  result: string;
  at_utc_s: number;
}

/** The call that a supervisor is on. */
export interface SupervisesView {
  agent_id: number;
  name: string;
  mode: SupervisionMode;
  state: 'calling' | 'opening' | 'on' | 'taking';
  since_utc_s: number;
}

export type SupervisionMode = 'listen' | 'whisper' | 'barge';

/** Somebody whom an agent asks while the customer waits; both of them have it. */
export interface ConsultView {
  call: string;
  state: 'ringing' | 'talking' | 'aside' | 'conference';
  asker: boolean;
  with_name: string;
  customer: string;
  note: string;
  since_utc_s: number;
}

export interface AgentView {
  agent_id: number;
  name: string;
  state: AgentState;
  reason: string | null;
  since_utc_s: number;
  deadline_utc_s: number | null;
  call: string | null;
  phone: PhoneState;
  linked: boolean;
  next_pause: string | null;
  handled: number;
  talk_s: number;
  campaign_ids: number[];
  tried: TriedView | null;
  supervises?: SupervisesView | null;
  /** Who is on this agent's call. */
  supervised_by?: string;
  consult?: ConsultView | null;
}

/** What an agent is shown of a caller, beside the number. */
export interface CallerView {
  queue_id: number;
  queue_name: string;
  shown: string;
  dialed: string;
  arrived_utc_s: number;
  waited_s: number;
  callback: boolean;
  url: string;
  transfer_to: string;
  note: string;
}

export const RECORDING_POLICIES = ['never', 'always', 'on_demand', 'by_hook'] as const;
export type RecordingPolicy = (typeof RECORDING_POLICIES)[number];
export type RecordWish = 'start' | 'stop' | 'pause' | 'resume';

/** Of a talk that is recorded, or may be. */
export interface RecordingView {
  state: 'off' | 'starting' | 'on' | 'held' | 'pausing' | 'paused' | 'stopping' | 'stopped';
  policy: RecordingPolicy;
  why: string;
  fault: string;
  remind: boolean;
  may: RecordWish[];
}

export interface CallView {
  call: string;
  state: string;
  attempt_state: string;
  campaign_id: number;
  run_id: number;
  contact_id: number;
  contact_name: string;
  number: string;
  attempt_no: number;
  trunk_id: number;
  agent_id: number | null;
  placed_utc_s: number;
  answered_utc_s: number | null;
  joined_utc_s: number | null;
  held: boolean;
  outcome: string | null;
  disposition: string | null;
  by_hand: boolean;
  caller: CallerView | null;
  decide_until_utc_s: number | null;
  recording: RecordingView | null;
  /** Where they are parked (0: nowhere), and until when. */
  slot?: number;
  parked_until_utc_s?: number | null;
}

export interface WindowView {
  window: string;
  limit: number;
  live: number | null;
  abandoned: number | null;
  rate: number | null;
  left: number;
}

export interface LawView {
  preset: string;
  name: string;
  progressive: boolean;
  why: string;
  windows: WindowView[];
}

export interface WindowUse {
  window: string;
  limit: number;
  aim: number;
  answered: number | null;
  abandoned: number | null;
  left: number;
}

/** The last decision on how many calls to place; as `src/busyhour/core/model/pacing_view.py`. */
export interface PacingView {
  dial_mode: string;
  paced: string;
  reason: string;
  start: number;
  want: number;
  limit: string;
  at_utc_s: number;
  agents_free: number;
  waiting: number;
  dialing: number;
  live: number;
  talking: number;
  wrapping: number;
  horizon_s: number;
  free_expected: number;
  answers_expected: number;
  answer_chance: number;
  answer_drift: number;
  risk: number;
  price: number;
  aim: number;
  window: string;
  windows: WindowUse[];
  given_up: number;
  words: string;
}

export interface RunView {
  run_id: number;
  campaign_id: number;
  name: string;
  dial_mode: string;
  state: string;
  priority: number;
  started_utc_s: number;
  placed: number;
  finished: number;
  answered: number;
  abandoned: number;
  in_hopper: number;
  dialing: number;
  waiting: number;
  talking: number;
  agents_free: number;
  next_due_utc_s: number | null;
  why: string;
  halted: string;
  law: LawView | null;
  pacing: PacingView | null;
}

export interface SystemView {
  pbx_up: boolean;
  store_up: boolean;
  calls_up: number;
  trunks: Record<string, [number, number]>;
  engine_lag_ms: number;
  recording_room: boolean;
}

/** One place in a queue. */
export interface WaitingView {
  entry: string;
  state: string;
  number: string;
  name: string;
  since_utc_s: number;
  priority: number;
  agent_id: number | null;
  callback: boolean;
}

/** A queue as it is now, and since midnight UTC what came of its callers. */
export interface QueueView {
  queue_id: number;
  name: string;
  medium: string;
  closed: string;
  waiting: WaitingView[];
  waiting_count: number;
  longest_since_utc_s: number | null;
  talking: number;
  agents_logged: number;
  agents_free: number;
  wait_s: number;
  entered: number;
  answered: number;
  abandoned: number;
  sent_on: number;
  answer_wait_mean_s: number;
  levels: [number | null, number | null];
  level_s: [number, number];
}

export interface LiveState {
  agents: Record<string, AgentView>;
  calls: Record<string, CallView>;
  runs: Record<string, RunView>;
  queues: Record<string, QueueView>;
  system: Record<string, SystemView>;
}

export type Change = [kind: string, id: string, view: unknown];

export type FeedMessage =
  | { type: 'snapshot'; seq: number; state: LiveState }
  | { type: 'changes'; seq: number; changes: Change[] };
