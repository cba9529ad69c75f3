import { QueryClient } from '@tanstack/react-query';
import { Problem } from './api/problem';

const RETRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What was refused stays refused; what was away may be back.
      retry: (failures, error) =>
        failures < RETRIES && !(error instanceof Problem && error.status < 500),
    },
  },
});
