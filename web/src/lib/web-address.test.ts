import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webAddress } from '@/lib/web-address';

test('only pages of the web become links', () => {
  assert.equal(webAddress(' https://crm.example/c?id=1 '), 'https://crm.example/c?id=1');
  assert.equal(webAddress('HTTP://crm.example'), 'http://crm.example/');
  for (const wrong of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '//crm.example', 'crm.example', '', 'https://bank.example@evil.example/']) {
    assert.equal(webAddress(wrong), null, wrong);
  }
});
