import { queryOptions } from '@tanstack/react-query';
import { api, data, type Schemas } from './api/client';

export type Api = Schemas['ApiOut'];
export type Range = Schemas['Range'];
export type SplitBy = Schemas['SplitBy'];
export type Metrics = Schemas['MetricsOut'];
export type Key = Schemas['KeyOut'];

const of = (ref: string) => ({ params: { path: { ref } } });

export const apisQuery = queryOptions({
  queryKey: ['apis'],
  queryFn: async () => (await data(api.GET('/api/v1/apis'))).apis,
  refetchInterval: 10_000,
});

export const apiQuery = (ref: string) =>
  queryOptions({
    queryKey: ['apis', ref],
    queryFn: () => data(api.GET('/api/v1/apis/{ref}', of(ref))),
    refetchInterval: (query) => (query.state.data?.status === 'deploying' ? 1_000 : 10_000),
  });

export const metricsQuery = (ref: string, range: Range, by: SplitBy = 'none') =>
  queryOptions({
    queryKey: ['apis', ref, 'metrics', range, by],
    queryFn: () =>
      data(
        api.GET('/api/v1/apis/{ref}/metrics', {
          params: { path: { ref }, query: { range, by } },
        }),
      ),
    refetchInterval: 10_000,
    placeholderData: (before) => before,
  });

export const revisionsQuery = (ref: string) =>
  queryOptions({
    queryKey: ['apis', ref, 'revisions'],
    queryFn: async () => (await data(api.GET('/api/v1/apis/{ref}/revisions', of(ref)))).revisions,
  });

export const revisionQuery = (ref: string, number: number) =>
  queryOptions({
    queryKey: ['apis', ref, 'revisions', number],
    staleTime: Infinity, // a revision never changes
    queryFn: () =>
      data(api.GET('/api/v1/apis/{ref}/revisions/{number}', { params: { path: { ref, number } } })),
  });

export const keysQuery = (ref: string) =>
  queryOptions({
    queryKey: ['apis', ref, 'keys'],
    queryFn: async () => (await data(api.GET('/api/v1/apis/{ref}/keys', of(ref)))).keys,
  });

export const secretsQuery = (ref: string) =>
  queryOptions({
    queryKey: ['apis', ref, 'secrets'],
    queryFn: async () => (await data(api.GET('/api/v1/apis/{ref}/secrets', of(ref)))).secrets,
  });
