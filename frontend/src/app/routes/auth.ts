import { createRoute } from '@tanstack/react-router';
import { guestRoute } from './parents';
import { page } from './page';

export const authRoutes = [
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/sign-in',
    component: page(() => import('@/features/auth/SignInPage'), 'SignInPage'),
  }),
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/sign-up',
    component: page(() => import('@/features/auth/SignUpPage'), 'SignUpPage'),
  }),
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/forgot-password',
    component: page(() => import('@/features/auth/ForgotPage'), 'ForgotPage'),
  }),
  // The link in the mail leads here, signed in for this one purpose.
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/new-password',
    component: page(() => import('@/features/auth/NewPasswordPage'), 'NewPasswordPage'),
  }),
] as const;
