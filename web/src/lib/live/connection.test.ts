import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from '@/lib/live/connection';

test('the wait grows, is spread, and has a ceiling', () => {
  assert.equal(backoffMs(0, 0), 200);
  assert.ok(backoffMs(1, 0) > backoffMs(0, 0));
  assert.ok(backoffMs(3, 0.9) > backoffMs(3, 0.1));
  assert.ok(backoffMs(1000, 0.999) <= 8_000);
});
