import { createRoute } from '@tanstack/react-router';
import { z } from 'zod/mini';
import { signedInRoute } from './parents';
import { page } from './page';

const Prompt = z.object({ prompt: z.optional(z.string()) });
const LogFilter = z.object({ request: z.optional(z.string()) });

export const apiRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/apis/$ref',
  component: page(() => import('@/features/apis/ApiLayout'), 'ApiLayout'),
});

/** The pages of one API. */
export const apiPages = [
  createRoute({
    getParentRoute: () => apiRoute,
    path: '/',
    component: page(() => import('@/features/apis/OverviewPage'), 'OverviewPage'),
  }),
  createRoute({
    getParentRoute: () => apiRoute,
    path: '/code',
    component: page(() => import('@/features/code/CodePage'), 'CodePage'),
  }),
  createRoute({
    getParentRoute: () => apiRoute,
    path: '/try',
    component: page(() => import('@/features/tryout/TryPage'), 'TryPage'),
  }),
  createRoute({
    getParentRoute: () => apiRoute,
    path: '/logs',
    validateSearch: (search) => LogFilter.parse(search),
    component: page(() => import('@/features/logs/LogsPage'), 'LogsPage'),
  }),
  createRoute({
    getParentRoute: () => apiRoute,
    path: '/keys',
    component: page(() => import('@/features/keys/KeysPage'), 'KeysPage'),
  }),
  createRoute({
    getParentRoute: () => apiRoute,
    path: '/settings',
    component: page(() => import('@/features/settings/SettingsPage'), 'SettingsPage'),
  }),
] as const;

export const apiRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/new',
    validateSearch: (search) => Prompt.parse(search),
    component: page(() => import('@/features/generate/GeneratePage'), 'GeneratePage'),
  }),
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/apis',
    component: page(() => import('@/features/apis/ApisPage'), 'ApisPage'),
  }),
] as const;
