import type { Session } from '@supabase/supabase-js';
import { useSyncExternalStore } from 'react';
import { supabase } from './supabase';

let session: Session | null = null;
const listeners = new Set<() => void>();

/** Who is signed in, read once, and kept current from then on. */
export async function currentSession(): Promise<Session | null> {
  const { data } = await supabase().auth.getSession();
  session = data.session;
  return session;
}

/** Calls `changed` whenever somebody signs in or out, here or in another tab. */
export function watchSession(changed: (event: string) => void): () => void {
  const { data } = supabase().auth.onAuthStateChange((event, now) => {
    session = now;
    for (const listener of listeners) listener();
    changed(event);
  });
  return () => data.subscription.unsubscribe();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSession(): Session | null {
  return useSyncExternalStore(subscribe, () => session);
}
