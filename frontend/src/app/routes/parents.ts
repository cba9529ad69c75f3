import { createRootRoute, createRoute, redirect } from '@tanstack/react-router';
import { z } from 'zod/mini';
import { currentSession } from '@/lib/session';
import { isRecovering } from '@/lib/supabase';
import { NotFound } from '../pages/NotFound';
import { page } from './page';
import { RootLayout } from '../shell/RootLayout';

export const rootRoute = createRootRoute({ component: RootLayout, notFoundComponent: NotFound });

/** Everything that needs somebody signed in; others are sent to sign in and come back. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ location }): Promise<void> => {
    if ((await currentSession()) === null) {
      throw redirect({ to: '/sign-in', search: { next: location.href } });
    }
    if (isRecovering()) throw redirect({ to: '/new-password', replace: true });
  },
  component: page(() => import('../shell/Shell'), 'Shell'),
});

const Next = z.object({ next: z.optional(z.string()) });

/** Pages for those who are not signed in. */
export const guestRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'guest',
  validateSearch: (search) => Next.parse(search),
  component: page(() => import('../shell/GuestLayout'), 'GuestLayout'),
});
