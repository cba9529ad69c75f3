import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, data } from '@/lib/api/client';
import { Problem } from '@/lib/api/problem';
import { supabase } from '@/lib/supabase';

export interface Search {
  q: string;
  category: string | undefined;
  sort: string;
  free: boolean;
  remixable: boolean;
}

export const searchQuery = (search: Search) =>
  queryOptions({
    queryKey: ['listings', search],
    queryFn: async ({ signal }) =>
      (
        await supabase()
          .rpc('search_listings', {
            words: search.q,
            ...(search.category === undefined ? {} : { in_category: search.category }),
            order_by: search.sort,
            free_only: search.free,
            remixable_only: search.remixable,
            page_size: 60,
          })
          .abortSignal(signal)
          .throwOnError()
      ).data,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });

export type Card = Awaited<ReturnType<NonNullable<ReturnType<typeof searchQuery>['queryFn']>>>[0];

export const facetsQuery = queryOptions({
  queryKey: ['listing-facets'],
  queryFn: async () => (await supabase().rpc('listing_facets').throwOnError()).data,
  staleTime: 60_000,
});

const LISTING = '*, listing_plans(*), public_profiles(handle, display_name)';

export const listingQuery = (id: string) =>
  queryOptions({
    queryKey: ['listing', id],
    queryFn: async () => {
      const found = (
        await supabase().from('listings').select(LISTING).eq('id', id).maybeSingle().throwOnError()
      ).data;
      if (found === null) {
        throw new Problem({ code: 'not_found', detail: 'There is no such listing any more.' }, 404);
      }
      const plans = found.listing_plans
        .filter((plan) => plan.retired_at === null)
        .sort((a, b) => a.position - b.position);
      return { ...found, plans };
    },
  });

export type Listing = Awaited<ReturnType<NonNullable<ReturnType<typeof listingQuery>['queryFn']>>>;
export type Plan = Listing['plans'][0];

export const reviewsQuery = (id: string) =>
  queryOptions({
    queryKey: ['listing', id, 'reviews'],
    queryFn: async () =>
      (
        await supabase()
          .from('reviews')
          .select('*, public_profiles(handle)')
          .eq('listing_id', id)
          .order('updated_at', { ascending: false })
          .limit(50)
          .throwOnError()
      ).data,
  });

export type Review = Awaited<
  ReturnType<NonNullable<ReturnType<typeof reviewsQuery>['queryFn']>>
>[0];

export const subscriptionQuery = (listing: string) =>
  queryOptions({
    queryKey: ['listing', listing, 'subscription'],
    queryFn: async () => {
      const { data: who } = await supabase().auth.getSession();
      const user = who.session?.user.id ?? '';
      return (
        await supabase()
          .from('subscriptions')
          .select('id, status, listing_plan_id, user_id')
          .eq('listing_id', listing)
          .eq('user_id', user)
          .order('created_at', { ascending: false })
          .limit(1)
          .maybeSingle()
          .throwOnError()
      ).data;
    },
  });

export const ownApisQuery = queryOptions({
  queryKey: ['apis'],
  queryFn: async () => (await data(api.GET('/api/v1/apis'))).apis,
});

export const ownListingQuery = (apiId: string) =>
  queryOptions({
    queryKey: ['own-listing', apiId],
    queryFn: async () =>
      (
        await supabase()
          .from('listings')
          .select('*, listing_plans(*)')
          .eq('api_id', apiId)
          .maybeSingle()
          .throwOnError()
      ).data,
    enabled: apiId !== '',
  });
