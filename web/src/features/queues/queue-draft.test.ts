import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedRule, freshRule, keptSteps, skillRows, skillsOf } from '@/features/queues/queue-draft';

test('a rule keeps only what its trigger and its action use', () => {
  const waited = freshRule();
  const full = changedRule({ ...waited, to_tail: true }, { trigger: 'full', action: 'transfer' });
  assert.deepEqual([full.threshold, full.to_tail, full.destination], [0, false, { kind: 'queue', target: '' }]);
  const closed = changedRule(changedRule(full, { trigger: 'closed' }), { waiting_too: true });
  assert.equal(closed.waiting_too, true);
  assert.deepEqual(changedRule(closed, { trigger: 'size', action: 'reject' }), { ...waited, trigger: 'size', threshold: 20, action: 'reject' });
  assert.equal(changedRule(waited, { threshold: 7 }).threshold, 7);
});

test('a step lets go of no skill that is not asked for', () => {
  const step = { after_s: 10, levels_less: 0, without: ['German', 'sales'], tier: 0 };
  assert.deepEqual(keptSteps([step], [{ skill: ' german ', level: 1 }])[0]!.without, ['German']);
});

test('skills go to rows and back', () => {
  const rows = [...skillRows({ sales: 3 }), { skill: ' ', level: 1 }, { skill: ' German', level: 2 }];
  assert.deepEqual(skillsOf(rows), { sales: 3, german: 2 });
});
