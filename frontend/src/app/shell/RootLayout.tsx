import { Outlet, useRouter } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { queryClient } from '@/lib/queryClient';
import { watchSession } from '@/lib/session';

/** What every page has: whoever signs out, in this tab or another, leaves nothing on the screen. */
export function RootLayout(): ReactNode {
  const router = useRouter();
  useEffect(
    () =>
      watchSession((event) => {
        if (event !== 'SIGNED_OUT') return;
        queryClient.clear();
        void router.invalidate();
      }),
    [router],
  );
  return <Outlet />;
}
