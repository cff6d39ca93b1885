import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moved } from '@/features/campaigns/campaign-draft';

test('rules move up and down and stop at the ends', () => {
  assert.deepEqual(moved([1, 2, 3], 2, -1), [1, 3, 2]);
  assert.deepEqual(moved([1, 2, 3], 0, 1), [2, 1, 3]);
  assert.deepEqual(moved([1, 2, 3], 0, -1), [1, 2, 3]);
  assert.deepEqual(moved([1, 2, 3], 2, 1), [1, 2, 3]);
});
