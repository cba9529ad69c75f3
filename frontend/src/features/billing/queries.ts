import { queryOptions } from '@tanstack/react-query';
import { supabase } from '@/lib/supabase';
import type { Database } from '@schema';

type Row = Database['public']['Functions']['subscription_overview']['Returns'][0];

/** The generator of types takes every column of a function for one that is never null. */
export type Subscription = Omit<
  Row,
  'spending_cap_cents' | 'last_used_at' | 'next_plan_name' | 'monthly_calls'
> & {
  spending_cap_cents: number | null;
  last_used_at: string | null;
  next_plan_name: string | null;
  monthly_calls: number | null;
};

export const overviewQuery = (asMaker: boolean) =>
  queryOptions({
    queryKey: ['subscriptions', asMaker],
    queryFn: async () => {
      const asked = supabase().rpc('subscription_overview', { as_maker: asMaker });
      return (await asked.throwOnError()).data;
    },
    refetchInterval: 15_000,
  });

export const plansQuery = (listing: string) =>
  queryOptions({
    queryKey: ['plans', listing],
    queryFn: async () =>
      (
        await supabase()
          .from('listing_plans')
          .select('*')
          .eq('listing_id', listing)
          .is('retired_at', null)
          .order('position')
          .throwOnError()
      ).data,
  });

export const keysQuery = (subscription: string) =>
  queryOptions({
    queryKey: ['subscription-keys', subscription],
    queryFn: async () =>
      (
        await supabase()
          .from('api_keys')
          .select('id, name, key_start, last_used_at, created_at, revoked_at')
          .eq('subscription_id', subscription)
          .is('revoked_at', null)
          .order('created_at')
          .throwOnError()
      ).data,
  });

export const invoicesQuery = queryOptions({
  queryKey: ['invoices'],
  queryFn: async () =>
    (
      await supabase()
        .from('invoices')
        .select('*, invoice_payments(url)')
        .order('month', { ascending: false })
        .limit(200)
        .throwOnError()
    ).data,
});

export type Invoice = Awaited<ReturnType<NonNullable<(typeof invoicesQuery)['queryFn']>>>[0];
