// What is asked of a plan, and what it answers; the same names as `src/busyhour/service/planning.py`.
import { useMutation } from '@tanstack/react-query';
import { api } from '@/lib/api';

export const MODES = ['predictive', 'ratio', 'progressive'] as const;
export type Mode = (typeof MODES)[number];

export interface PlanAsked {
  campaign_id: number | null;
  answer_chance: number | null;
  talk_s: number | null;
  wrap_s: number | null;
  ring_s: number | null;
  agents: number[];
  modes: Mode[];
  limits: number[];
  ratio: number;
  lines: number;
}

export interface PlanPoint {
  agents: number;
  mode: Mode;
  limit: number;
  utilisation: number;
  wait_s: number;
  abandonment: number;
  prompt: number;
  calls_per_agent_hour: number;
  dials_per_agent_hour: number;
}

export interface Plan {
  campaign_id: number | null;
  name: string;
  means: { answer_chance: number; talk_s: number; wrap_s: number; ring_s: number };
  learned: boolean;
  points: PlanPoint[];
  missing: number;
}

export function usePlan() {
  return useMutation({ mutationFn: (asked: PlanAsked) => api.post<Plan>('/api/plan', asked) });
}

/** "5, 10 20" -> [5, 10, 20]; null when a word is no number. */
export function numbersOf(text: string): number[] | null {
  const found = text.split(/[\s,;]+/).filter((word) => word !== '').map(Number);
  return found.some(Number.isNaN) ? null : found;
}

/** The points that make one line of the plot: the same mode and limit, by agents. */
export function linesOf(points: PlanPoint[]): PlanPoint[][] {
  const lines = new Map<string, PlanPoint[]>();
  for (const point of points) {
    const key = `${point.mode} ${point.limit}`;
    lines.set(key, [...(lines.get(key) ?? []), point]);
  }
  return [...lines.values()].map((line) => line.toSorted((a, b) => a.agents - b.agents));
}
