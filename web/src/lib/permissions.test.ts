import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allows } from '@/lib/permissions';

test('a permission is given by name, by noun, or by a role that may do all', () => {
  assert.ok(allows(['lists:read'], 'lists:read'));
  assert.ok(allows(['lists:*'], 'lists:write'));
  assert.ok(allows(['*'], 'users:write'));
  assert.ok(!allows(['lists:read'], 'lists:write'));
  assert.ok(!allows(['live:read'], 'lists:read'));
  assert.ok(!allows([], 'live:read'));
});
