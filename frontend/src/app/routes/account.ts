import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { signedInRoute } from './parents';

export const accountRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/account',
    component: lazyRouteComponent(() => import('@/features/account/AccountPage'), 'AccountPage'),
  }),
] as const;
