import { createRoute, createRouter, redirect } from '@tanstack/react-router';
import { RouteError } from './pages/RouteError';
import { accountRoutes } from './routes/account';
import { apiPages, apiRoute, apiRoutes } from './routes/apis';
import { authRoutes } from './routes/auth';
import { marketplaceRoutes } from './routes/marketplace';
import { guestRoute, rootRoute, signedInRoute } from './routes/parents';

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  beforeLoad: (): void => {
    throw redirect({ to: '/apis' });
  },
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    signedInRoute.addChildren([
      homeRoute,
      ...apiRoutes,
      apiRoute.addChildren(apiPages),
      ...marketplaceRoutes,
      ...accountRoutes,
    ]),
    guestRoute.addChildren(authRoutes),
  ]),
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: RouteError,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
