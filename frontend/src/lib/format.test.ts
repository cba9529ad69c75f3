import { describe, expect, test } from 'vitest';
import { ago, bytes, count, milliseconds, share } from './format';

test.each([
  [0, '0'],
  [9_999, '9,999'],
  [12_345, '12.3K'],
  [2_000_000, '2M'],
])('%d calls', (value, text) => {
  expect(count(value)).toBe(text);
});

test.each([
  [null, '–'],
  [0.42, '0.4 ms'],
  [31.4, '31 ms'],
  [2_500, '2.5 s'],
])('%s milliseconds', (value, text) => {
  expect(milliseconds(value)).toBe(text);
});

test('sizes and shares', () => {
  expect(bytes(512)).toBe('512 B');
  expect(bytes(1_572_864)).toBe('1.5 MiB');
  expect(share(0.0213)).toBe('2.1%');
});

describe('ago', () => {
  const now = new Date('2026-01-02T12:00:00Z');
  test.each([
    ['2026-01-02T11:59:40Z', 'just now'],
    ['2026-01-02T11:57:00Z', '3 minutes ago'],
    ['2026-01-01T12:00:00Z', 'yesterday'],
    ['2026-01-02T14:00:00Z', 'in 2 hours'],
  ])('%s', (at, text) => {
    expect(ago(at, now)).toBe(text);
  });
});
