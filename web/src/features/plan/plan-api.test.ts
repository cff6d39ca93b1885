import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf, numbersOf, type PlanPoint } from '@/features/plan/plan-api';

const point = (agents: number, mode: PlanPoint['mode'], limit: number): PlanPoint => ({
  agents, mode, limit, utilisation: 0.8, wait_s: 20, abandonment: 0.02, prompt: 0.98, calls_per_agent_hour: 20, dials_per_agent_hour: 100,
});

test('numbers are read as people write them', () => {
  assert.deepEqual(numbersOf('5, 10 20;50'), [5, 10, 20, 50]);
  assert.deepEqual(numbersOf(' '), []);
  assert.equal(numbersOf('5, many'), null);
});

test('a line is one mode with one limit, by agents', () => {
  const lines = linesOf([point(20, 'predictive', 0.03), point(5, 'predictive', 0.03), point(5, 'predictive', 0.01), point(5, 'progressive', 0.03)]);
  assert.deepEqual(lines.map((line) => line.map((one) => one.agents)), [[5, 20], [5], [5]]);
});
