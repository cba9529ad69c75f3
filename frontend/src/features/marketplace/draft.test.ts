import { expect, test } from 'vitest';
import { bodyOf, FREE, planOf } from './draft';

const DRAFT = {
  title: ' Words ',
  summary: '',
  description: '',
  category: 'text',
  tags: [],
  remix: false,
  plans: [FREE],
};

test('a draft becomes what the platform takes', () => {
  expect(bodyOf(DRAFT)).toMatchObject({ title: 'Words', plans: [{ monthly_quota: 1000 }] });
  expect(planOf({ ...FREE, price: '9.99', included: '500', perCall: '0,0015' })).toMatchObject({
    price_cents: 999,
    included_calls: 500,
    price_per_call: '0.0015',
  });
});

test('what is not right is said', () => {
  expect(bodyOf({ ...DRAFT, title: ' ' })).toBe('Give it a title.');
  expect(planOf({ ...FREE, price: 'nine' })).toContain('price');
  expect(planOf({ ...FREE, quota: '1e3' })).toContain('whole number');
  expect(planOf({ ...FREE, rate: '0' })).toContain('above 0');
  expect(planOf({ ...FREE, perCall: '-1' })).toContain('further call');
});
