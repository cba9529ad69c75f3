import { expect, test } from 'vitest';
import { passes } from './lines';

const line = {
  at: '2026-01-01T00:00:00Z',
  stream: 'stdout',
  message: 'Hello World',
  level: 'info',
  request_id: 'abcdef',
  revision: 1,
};
const all = { text: '', level: 'all' as const, request: '' };

test('lines are found by text, level and request', () => {
  expect(passes(line, all)).toBe(true);
  expect(passes(line, { ...all, text: 'world' })).toBe(true);
  expect(passes(line, { ...all, text: 'mars' })).toBe(false);
  expect(passes(line, { ...all, level: 'error' })).toBe(false);
  expect(passes({ ...line, level: 'critical' }, { ...all, level: 'warning' })).toBe(true);
  expect(passes(line, { ...all, request: 'abc' })).toBe(true);
  expect(passes({ ...line, request_id: null }, { ...all, request: 'abc' })).toBe(false);
});
