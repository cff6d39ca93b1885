import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches } from '@/lib/actions';

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
  key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held,
});

test('modified keys need all of their modifiers', () => {
  assert.ok(matches('mod+shift+M', press('M', { ctrlKey: true, shiftKey: true })));
  assert.ok(matches('mod+shift+M', press('m', { metaKey: true, shiftKey: true })));
  assert.ok(!matches('mod+shift+M', press('m', { ctrlKey: true })));
  assert.ok(!matches('mod+shift+M', press('M', { shiftKey: true })));
});

test('single characters do not act with a modifier held', () => {
  assert.ok(matches('?', press('?', { shiftKey: true })));
  assert.ok(matches('1', press('1')));
  assert.ok(!matches('1', press('1', { ctrlKey: true })));
  assert.ok(!matches('1', press('1', { altKey: true })));
});
