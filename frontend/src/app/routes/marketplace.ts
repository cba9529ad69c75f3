import { createRoute } from '@tanstack/react-router';
import { z } from 'zod/mini';
import { signedInRoute } from './parents';
import { page } from './page';

const Search = z.object({
  q: z.optional(z.catch(z.string(), '')),
  category: z.optional(z.string()),
  sort: z.optional(z.string()),
  free: z.optional(z.boolean()),
  remixable: z.optional(z.boolean()),
});
const Publish = z.object({ api: z.optional(z.string()) });
const Billing = z.object({ tab: z.optional(z.string()) });

export const marketplaceRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/marketplace',
    validateSearch: (search) => Search.parse(search),
    component: page(() => import('@/features/marketplace/MarketplacePage'), 'MarketplacePage'),
  }),
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/marketplace/publish',
    validateSearch: (search) => Publish.parse(search),
    component: page(() => import('@/features/marketplace/PublishPage'), 'PublishPage'),
  }),
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/marketplace/$id',
    component: page(() => import('@/features/marketplace/ListingPage'), 'ListingPage'),
  }),
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/billing',
    validateSearch: (search) => Billing.parse(search),
    component: page(() => import('@/features/billing/BillingPage'), 'BillingPage'),
  }),
] as const;
