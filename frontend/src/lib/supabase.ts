import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '@schema';
import type { Config } from './config';

let client: SupabaseClient<Database> | null = null;

/** Auth and data of whoever is signed in; row level security decides what that is. */
export function startSupabase(config: Config): void {
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
