// A campaign as it is being edited, and what a new one starts with.
import type { CampaignEdit } from '@/features/campaigns/campaigns-api';
import type { Campaign, CampaignRow, RetryRule } from '@/lib/records';

/** The set that a new campaign gets (WD-135). */
export const RETRIES: RetryRule[] = [
  { outcome: 'CONGESTION', disposition: null, max_attempts: 2, delay_s: 120, mode: 'fixed' },
  { outcome: 'NO_ANSWER', disposition: null, max_attempts: 3, delay_s: 90, mode: 'fixed' },
  { outcome: 'BUSY', disposition: null, max_attempts: 2, delay_s: 300, mode: 'fixed' },
];

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const HOUR_S = 3600;

export function freshCampaign(zone: string): Campaign {
  return {
    campaign_id: 0, name: '', dial_mode: 'progressive', priority: 10, max_concurrent: 10, calls_per_minute_max: 0,
    ring_timeout_s: 30, call_max_s: 0, answer_wait_max_s: 2, acw_mode: 'max', acw_max_s: 30, caller_id: '',
    message_prompt: null, abandon_prompt: null, idle_on_termination: false, time_zone: zone,
    active_hours: { from_s: 0, until_s: 24 * HOUR_S, days: EVERY_DAY },
    callee_hours: { from_s: 8 * HOUR_S, until_s: 21 * HOUR_S, days: EVERY_DAY },
    compliance: { preset: 'strict', limit: null, window_s: 24 * HOUR_S, opt_out_key: '9', opt_out_prompt: null },
    pacing: { ratio: 1.5, correction: 100, waiting_max: null, at_once_max: 0, per_agent_max: 0, late_cancel: true, chances: true, first_leg: 'customer' },
    machines: {
      detection: false, listening: { analysis_max_s: 1.5, greeting_max_s: 1.1, silence_s: 0.4, words_max: 5 }, action: 'hang_up',
      message_prompt: null, again_s: 0, check_every: 0, test: { calls: 0, people: 0, on: '', note: '' },
    },
    destinations: [],
    watch: { attempts: 100, answered_min: 0, short_max: 1, short_s: 5, removes: false },
    dial_countries: [],
    preview: { timeout_s: 120, timeout_action: 'give_back', skip_reasons: ['not the right contact', 'called already', 'not now'] },
    attempts_per_day_max: 0, retry_rules: RETRIES, retry_count: 'total', trunk_ids: [], agent_ids: [],
  };
}

export function editOf(row: CampaignRow): CampaignEdit {
  return { campaign: row.campaign, status: row.status, lists: row.lists.map(({ list_id, role }) => ({ list_id, role })) };
}

/** The rules with the one at `index` moved by `by`; rules are tried in order, so the order is part of the meaning. */
export function moved<T>(all: readonly T[], index: number, by: number): T[] {
  const to = index + by;
  if (to < 0 || to >= all.length) return [...all];
  const next = [...all];
  const [one] = next.splice(index, 1);
  next.splice(to, 0, one!);
  return next;
}
