import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyMessage, EMPTY_FEED } from '@/lib/live/reducer';
import type { AgentView, FeedMessage } from '@/lib/views';

function agent(id: number, state: AgentView['state']): AgentView {
  return {
    agent_id: id, name: `Agent ${id}`, state, reason: null, since_utc_s: 0, deadline_utc_s: null, call: null,
    phone: 'up', linked: true, next_pause: null, handled: 0, talk_s: 0, campaign_ids: [], tried: null,
  };
}

const SNAPSHOT: FeedMessage = {
  type: 'snapshot',
  seq: 7,
  state: { agents: { '1': agent(1, 'available') }, calls: {}, runs: {}, queues: {}, system: {} },
};

test('a snapshot replaces all that was known', () => {
  const before = { ...EMPTY_FEED, seq: 3, agents: { '9': agent(9, 'acw') } };
  const after = applyMessage(before, SNAPSHOT);
  assert.deepEqual(Object.keys(after!.agents), ['1']);
  assert.equal(after!.seq, 7);
});

test('changes set, replace and take away, and leave the old state as it was', () => {
  const before = applyMessage(EMPTY_FEED, SNAPSHOT)!;
  const after = applyMessage(before, {
    type: 'changes',
    seq: 8,
    changes: [['agents', '2', agent(2, 'acw')], ['agents', '1', null], ['agents', '2', agent(2, 'available')]],
  })!;
  assert.deepEqual(Object.keys(after.agents), ['2']);
  assert.equal(after.agents['2']!.state, 'available');
  assert.deepEqual(Object.keys(before.agents), ['1']);
  assert.equal(after.calls, before.calls, 'kinds without changes are shared');
});

test('a missed or repeated message is told', () => {
  const before = applyMessage(EMPTY_FEED, SNAPSHOT)!;
  assert.equal(applyMessage(before, { type: 'changes', seq: 9, changes: [] }), null);
  assert.equal(applyMessage(before, { type: 'changes', seq: 7, changes: [] }), null);
  assert.notEqual(applyMessage(before, { type: 'changes', seq: 8, changes: [] }), null);
});

test('changes before any snapshot are a gap', () => {
  assert.equal(applyMessage(EMPTY_FEED, { type: 'changes', seq: 5, changes: [] }), null);
});
