/** Clients of the Supabase project under test: hosted or `apibuilder serve`, told by environment. */

import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { randomBytes } from "node:crypto";

const settings = await configuration();
export const url = settings.supabase_url;
export const platformUrl = process.env.APIBUILDER_URL ?? url;

export interface Person {
  client: SupabaseClient;
  email: string;
  password: string;
  id: string;
}

/** SUPABASE_URL and SUPABASE_ANON_KEY, or what the platform at APIBUILDER_URL says of itself. */
async function configuration(): Promise<
  { supabase_url: string; supabase_publishable_key: string }
> {
  const { SUPABASE_URL, SUPABASE_ANON_KEY, APIBUILDER_URL } = process.env;
  if (SUPABASE_URL && SUPABASE_ANON_KEY) {
    return { supabase_url: SUPABASE_URL, supabase_publishable_key: SUPABASE_ANON_KEY };
  }
  if (!APIBUILDER_URL) throw new Error("set APIBUILDER_URL, or SUPABASE_URL and SUPABASE_ANON_KEY");
  return await (await fetch(`${APIBUILDER_URL}/config.json`)).json();
}

/** Somebody who has not signed in; with a token, somebody who has. */
export function visitor(): SupabaseClient {
  return createClient(url, settings.supabase_publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** A new account, signed in. */
export async function signUp(name: string): Promise<Person> {
  const client = visitor();
  const tag = randomBytes(6).toString("hex");
  const email = `${name}-${tag}@example.com`;
  const password = randomBytes(12).toString("base64url");
  const { data, error } = await client.auth.signUp({
    email,
    password,
    options: { data: { handle: `${name}-${tag}` } },
  });
  if (error || !data.user) throw new Error(`no sign-up: ${error?.message}`);
  return { client, email, password, id: data.user.id };
}

/** The access token that a person's requests carry. */
export async function tokenOf(person: Person): Promise<string> {
  const { data } = await person.client.auth.getSession();
  return data.session!.access_token;
}

export interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any
  body: any;
}

/** An edge function's answer, whatever its status. */
export async function invoke(
  client: SupabaseClient,
  name: string,
  options: Parameters<SupabaseClient["functions"]["invoke"]>[1] = {},
): Promise<Answer> {
  const { data, error, response } = await client.functions.invoke(name, options);
  const status = response?.status ?? 0;
  if (error === null) return { status, body: data };
  return { status, body: response ? await response.json() : String(error) };
}
