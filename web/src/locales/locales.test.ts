import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import en from '@/locales/en.json';

function has(key: string): boolean {
  let at: unknown = en;
  for (const part of key.split('.')) at = (at as Record<string, unknown> | undefined)?.[part];
  if (typeof at === 'string') return true;
  const parent = key.split('.').slice(0, -1).join('.');
  return parent !== '' && !key.endsWith('_other') && has(`${key}_other`);
}

test('every key in the code has its text', () => {
  const missing: string[] = [];
  for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(name) || name.endsWith('.test.ts')) continue;
    const source = readFileSync(`src/${name}`, 'utf8');
    for (const found of source.matchAll(/\bt\(\s*(?:[\w.=!? ]+\? )?'([^']+)'/g)) if (!has(found[1]!)) missing.push(`${name}: ${found[1]}`);
  }
  assert.deepEqual(missing, []);
});
