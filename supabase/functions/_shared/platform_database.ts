/** The database as the platform, past row level security: for what a function has checked. */

import { createClient } from "npm:@supabase/supabase-js@2.119.1";
import { required } from "./env.ts";

export const platformDatabase = createClient(
  required("SUPABASE_URL"),
  required("SUPABASE_SERVICE_ROLE_KEY"),
  { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } },
);
