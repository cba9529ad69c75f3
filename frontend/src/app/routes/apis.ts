import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod/mini';
import { signedInRoute } from './parents';

const Prompt = z.object({ prompt: z.optional(z.string()) });

export const apiRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/new',
    validateSearch: (search) => Prompt.parse(search),
    component: lazyRouteComponent(() => import('@/features/generate/GeneratePage'), 'GeneratePage'),
  }),
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/apis',
    component: lazyRouteComponent(() => import('@/features/apis/ApisPage'), 'ApisPage'),
  }),
] as const;
