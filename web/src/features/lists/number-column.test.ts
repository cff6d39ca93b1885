import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberColumns } from '@/features/lists/number-column';

test('a named column wins over what the rows look like', () => {
  assert.deepEqual(numberColumns(['Name', 'Phone', 'Account'], [['Ann', 'x', '12345678']]), [false, true, false]);
});

test('without a name, most rows must look like a number', () => {
  assert.deepEqual(numberColumns(['a', 'b'], [['Ann', '+41 44 555 01 23'], ['Bob', '(202) 555-0123'], ['Cy', '']]), [false, true]);
  assert.deepEqual(numberColumns(['a'], [['12'], ['34']]), [false]);
  assert.deepEqual(numberColumns(['a'], []), [false]);
});
