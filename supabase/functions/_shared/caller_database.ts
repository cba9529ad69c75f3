/** The database by its REST API, as the caller: row level security decides. */

import { createClient, type SupabaseClient } from "npm:@supabase/supabase-js@2.119.1";
import type { Account } from "./account.ts";
import { required } from "./env.ts";

const url = required("SUPABASE_URL");
const key = required("SUPABASE_ANON_KEY");

/** Sees and does what its account may; without one, what everybody may. */
export function asCaller(account: Account | undefined): SupabaseClient {
  const headers: Record<string, string> = {};
  if (account !== undefined) headers.Authorization = `Bearer ${account.token}`;
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { headers },
  });
}
