import { expect, test } from 'vitest';
import { safeNext } from './credentials';

test.each([
  ['/apis/todo?tab=code', '/apis/todo?tab=code'],
  [undefined, '/apis'],
  ['//evil.example', '/apis'],
  ['/\\evil.example', '/apis'],
  ['https://evil.example', '/apis'],
  ['javascript:alert(1)', '/apis'],
])('%s leads to %s', (next, to) => {
  expect(safeNext(next)).toBe(to);
});
