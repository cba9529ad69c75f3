import { z } from 'zod/mini';
import type { Schemas } from '@/lib/api/client';
import { cents } from '@/lib/money';

export interface PlanDraft {
  name: string;
  price: string;
  included: string;
  perCall: string;
  quota: string;
  rate: string;
}

export interface Draft {
  title: string;
  summary: string;
  description: string;
  category: string;
  tags: string[];
  remix: boolean;
  plans: PlanDraft[];
}

export const FREE: PlanDraft = {
  name: 'Free',
  price: '0',
  included: '',
  perCall: '0',
  quota: '1000',
  rate: '2',
};

const Whole = z.string().check(z.regex(/^\d{1,12}$/));

/** What is sent, or which of its fields is not right, in words. */
export function bodyOf(draft: Draft): Schemas['PutListing'] | string {
  if (draft.title.trim() === '') return 'Give it a title.';
  const plans: Schemas['PlanIn'][] = [];
  for (const plan of draft.plans) {
    const made = planOf(plan);
    if (typeof made === 'string') return `Plan “${plan.name}”: ${made}`;
    plans.push(made);
  }
  return {
    title: draft.title.trim(),
    summary: draft.summary.trim(),
    description: draft.description,
    category: draft.category,
    tags: draft.tags,
    allow_remix: draft.remix,
    draft: false,
    plans,
  };
}

export function planOf(plan: PlanDraft): Schemas['PlanIn'] | string {
  const price = cents(plan.price);
  if (plan.name.trim() === '') return 'it needs a name.';
  if (price === null) return 'the price is an amount such as 9 or 9.50.';
  if (!Whole.safeParse(plan.quota).success) return 'the most calls a month is a whole number.';
  if (plan.included !== '' && !Whole.safeParse(plan.included).success) {
    return 'included calls are a whole number, or empty for all.';
  }
  const rate = Number(plan.rate);
  if (!(rate > 0)) return 'calls a second is a number above 0.';
  if (!/^\d{1,3}([.,]\d{1,6})?$/.test(plan.perCall)) {
    return 'a further call costs an amount such as 0.001.';
  }
  return {
    name: plan.name.trim(),
    description: '',
    price_cents: price,
    currency: 'usd',
    included_calls: plan.included === '' ? null : Number(plan.included),
    price_per_call: plan.perCall.replace(',', '.'),
    monthly_quota: Number(plan.quota),
    requests_per_second: rate,
    burst: Math.max(1, Math.ceil(rate * 2)),
  };
}
