import { queryOptions } from '@tanstack/react-query';
import { api, data, type Schemas } from '@/lib/api/client';

export type Api = Schemas['ApiOut'];

export const apisQuery = queryOptions({
  queryKey: ['apis'],
  queryFn: async () => (await data(api.GET('/api/v1/apis'))).apis,
  refetchInterval: 10_000,
});
