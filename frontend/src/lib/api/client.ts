import createClient, { type Middleware } from 'openapi-fetch';
import { supabase } from '../supabase';
import { Problem, problemOf, unreachable } from './problem';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/** The headers of whoever is signed in. supabase-js renews the token when it is about to end. */
export async function authorization(): Promise<Record<string, string>> {
  const { data } = await supabase().auth.getSession();
  return data.session === null ? {} : { Authorization: `Bearer ${data.session.access_token}` };
}

const signIn: Middleware = {
  async onRequest({ request }) {
    const headers = await authorization();
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return response;
    throw problemOf(await response.json().catch(() => null), response.status);
  },
  onError: ({ error }) => (error instanceof Problem ? error : unreachable()),
};

/** The control API, typed by its own document; whatever it refuses is thrown as a Problem. */
export const api = createClient<paths>({ baseUrl: location.origin });
api.use(signIn);

/** The data of an answer that was not refused. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data: found } = await answer;
  if (found === undefined) throw problemOf(null, 200);
  return found;
}
