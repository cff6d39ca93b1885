import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, clock, dayTime, parseDayTime, phone, span } from '@/lib/format';

test('clock', () => {
  assert.equal(clock(0), '0:00');
  assert.equal(clock(65.9), '1:05');
  assert.equal(clock(3725), '1:02:05');
  assert.equal(clock(-3), '0:00');
});

test('span', () => {
  assert.equal(span(4200), '4.2 s');
  assert.equal(span(90_061), '1:30');
  assert.equal(span(null), '');
});

test('time of day goes there and back', () => {
  for (const text of ['00:00', '08:30', '21:00', '24:00']) assert.equal(dayTime(parseDayTime(text)!), text);
  for (const wrong of ['', '8', '25:00', '10:61', '24:01', 'x']) assert.equal(parseDayTime(wrong), null);
});

test('numbers are grouped and lose no digit', () => {
  assert.equal(phone('+41445550123'), '+41 445 550 123');
  assert.equal(phone('+12025550123'), '+1 202 555 0123');
  assert.equal(phone('1234'), '1234');
  for (const number of ['+41445550123', '+12025550123', '+4930123456', '+3521234567']) {
    assert.equal(phone(number).replaceAll(' ', ''), number);
  }
});

test('sizes', () => {
  assert.equal(bytes(512), '512 B');
  assert.equal(bytes(2048), '2.0 kB');
  assert.equal(bytes(5 * 1024 * 1024), '5.0 MB');
});
