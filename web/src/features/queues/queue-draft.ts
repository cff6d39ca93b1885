// A queue as it is being edited: what a new one starts with, and what belongs together.
import type { Hours } from '@/lib/records';
import type { Opening, OverflowAction, OverflowRule, OverflowTrigger, Queue, RelaxStep, SkillNeed } from '@/lib/queue-records';

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

export const ALWAYS: Hours = { from_s: 0, until_s: DAY_S, days: EVERY_DAY };
export const OFFICE: Hours = { from_s: 8 * HOUR_S, until_s: 18 * HOUR_S, days: [1, 2, 3, 4, 5] };

export function freshOpening(zone: string): Opening {
  return { hours: [ALWAYS], holidays: [], time_zone: zone, emergency: false };
}

export function freshQueue(zone: string): Queue {
  return {
    queue_id: 0, name: '', medium: 'audio', priority: 256, skills: [], match: 'all', relax: [], members: [],
    strategy: 'longest_idle', dispatch: 'internal', acw_mode: 'max', acw_max_s: 30, call_max_s: 0, waiting_max: 0, overflow: [],
    sticky: { wait_s: 30, window_s: DAY_S },
    miss: { ring_timeout_s: 20, rest_s: 10, pause_after: 2 },
    callback: { hours: { from_s: 8 * HOUR_S, until_s: 21 * HOUR_S, days: EVERY_DAY }, attempts_max: 3, retry_s: 300, expires_s: DAY_S, agent_first: true, lost: false },
    opening: freshOpening(zone),
    announce: { welcome: null, place_every_s: 0, place: true, wait: false, whisper: null, callback: null, farewell: null, music: null, language: '' },
    callback_key: '', trunk_ids: [], caller_id: '', level_s: [20, 60], prefix: '',
  };
}

export const WITH_THRESHOLD = new Set<OverflowTrigger>(['ewt', 'size', 'waited']);
export const ALSO_WAITING = new Set<OverflowTrigger>(['no_agents', 'closed']);
export const SAYS = new Set<OverflowAction>(['announce_then_queue', 'announce_then_hangup']);
const USUAL: Record<string, number> = { ewt: 300, size: 20, waited: 120 };

export function freshRule(): OverflowRule {
  return { trigger: 'waited', threshold: 120, scope: 'queue', action: 'offer_callback', prompt: null, destination: null, waiting_too: false, to_tail: false };
}

/** The rule with `change`, without what its trigger and its action have no use for: the server refuses that. */
export function changedRule(rule: OverflowRule, change: Partial<OverflowRule>): OverflowRule {
  const next = { ...rule, ...change };
  if (!WITH_THRESHOLD.has(next.trigger)) next.threshold = 0;
  else if (change.trigger !== undefined && change.trigger !== rule.trigger) next.threshold = USUAL[next.trigger] ?? 0;
  if (next.trigger !== 'size') next.scope = 'queue';
  if (!ALSO_WAITING.has(next.trigger)) next.waiting_too = false;
  if (next.action !== 'transfer') next.destination = null;
  else next.destination ??= { kind: 'queue', target: '' };
  if (next.action === 'reject') next.prompt = null;
  if (next.action !== 'announce_then_queue') next.to_tail = false;
  return next;
}

/** What a step of relaxing lets go must be a skill that the queue asks for. */
export function keptSteps(steps: readonly RelaxStep[], skills: readonly SkillNeed[]): RelaxStep[] {
  const asked = new Set(skills.map((need) => need.skill.trim().toLowerCase()));
  return steps.map((step) => ({ ...step, without: step.without.filter((skill) => asked.has(skill.trim().toLowerCase())) }));
}

/** An agent's skills as rows that can be typed in, and back; rows without a name are left out. */
export function skillRows(skills: Record<string, number>): SkillNeed[] {
  return Object.entries(skills).map(([skill, level]) => ({ skill, level }));
}

export function skillsOf(rows: readonly SkillNeed[]): Record<string, number> {
  return Object.fromEntries(rows.filter((row) => row.skill.trim() !== '').map((row) => [row.skill.trim().toLowerCase(), row.level]));
}
