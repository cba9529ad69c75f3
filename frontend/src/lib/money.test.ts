import { expect, test } from 'vitest';
import { callPrice, cents, money } from './money';

test('money is exact to the cent, a call to the millionth', () => {
  expect(money(0)).toBe('$0.00');
  expect(money(123_456, 'eur')).toBe('€1,234.56');
  expect(callPrice(0.000125)).toBe('$0.000125');
  expect(callPrice(0.5)).toBe('$0.50');
});

test('what is typed becomes cents without arithmetic on fractions', () => {
  expect(cents('19.99')).toBe(1999);
  expect(cents('0.1')).toBe(10);
  expect(cents(' 7 ')).toBe(700);
  expect(cents('1.005')).toBeNull();
  expect(cents('-1')).toBeNull();
  expect(cents('')).toBeNull();
});
