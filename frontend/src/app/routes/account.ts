import { createRoute } from '@tanstack/react-router';
import { signedInRoute } from './parents';
import { page } from './page';

export const accountRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/account',
    component: page(() => import('@/features/account/AccountPage'), 'AccountPage'),
  }),
] as const;
