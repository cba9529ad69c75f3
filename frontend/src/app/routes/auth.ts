import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { guestRoute } from './parents';

export const authRoutes = [
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/sign-in',
    component: lazyRouteComponent(() => import('@/features/auth/SignInPage'), 'SignInPage'),
  }),
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/sign-up',
    component: lazyRouteComponent(() => import('@/features/auth/SignUpPage'), 'SignUpPage'),
  }),
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/forgot-password',
    component: lazyRouteComponent(() => import('@/features/auth/ForgotPage'), 'ForgotPage'),
  }),
  // The link in the mail leads here, signed in for this one purpose.
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/new-password',
    component: lazyRouteComponent(
      () => import('@/features/auth/NewPasswordPage'),
      'NewPasswordPage',
    ),
  }),
] as const;
