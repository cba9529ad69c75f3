import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '@schema';
import type { Config } from './config';

let client: SupabaseClient<Database> | null = null;
let recovering = false;

/** Auth and data of whoever is signed in; row level security decides what that is. */
export function startSupabase(config: Config): void {
  // supabase-js takes the rest of the link's fragment, and clears it.
  recovering = new URLSearchParams(location.hash.slice(1)).get('type') === 'recovery';
  // Without a project (no Supabase configured) sign-in fails with a sentence; the rest loads.
  client = createClient<Database>(
    config.supabase_url ?? location.origin,
    config.supabase_publishable_key ?? 'none',
  );
}

export function supabase(): SupabaseClient<Database> {
  if (client === null) throw new Error('startSupabase() first');
  return client;
}

/** Whether the link of a forgotten password led here, and a new one is still to be chosen. */
export function isRecovering(): boolean {
  return recovering;
}

export function endRecovery(): void {
  recovering = false;
}
