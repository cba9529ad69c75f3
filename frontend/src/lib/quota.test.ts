import { expect, test } from 'vitest';
import { forecast } from './quota';

const tenth = new Date('2026-04-11T00:00:00Z'); // ten days of thirty

test('a pace that lasts', () => {
  expect(forecast(1_000, 10_000, tenth)).toMatchObject({ expected: 3_000, runsOut: null });
});

test('a pace that does not', () => {
  const { runsOut, expected } = forecast(5_000, 10_000, tenth);
  expect(expected).toBe(15_000);
  expect(runsOut?.toISOString()).toBe('2026-04-21T00:00:00.000Z');
});

test('used up, and never used', () => {
  expect(forecast(10, 10, tenth).runsOut).toEqual(tenth);
  expect(forecast(0, 10, tenth)).toMatchObject({ expected: 0, runsOut: null });
});
