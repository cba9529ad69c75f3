/** The frame of every function: CORS, request ids, and errors as problem+json. */

import { Problem } from "./problem.ts";

/** `path` is what stands behind the function's name, as `/` and `/listings/1`. */
export interface Call {
  request: Request;
  path: string;
  query: URLSearchParams;
}

// Who calls is said by a header, never by a cookie, so any origin may ask.
const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers":
    "authorization, x-client-info, apikey, content-type, accept, idempotency-key, x-api-key",
  "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
  "Access-Control-Expose-Headers":
    "x-request-id, location, ratelimit, ratelimit-policy, retry-after",
  "Access-Control-Max-Age": "86400",
};

/** Serve the function `name` until the process ends. */
export function serve(name: string, handle: (call: Call) => Promise<Response>): void {
  Deno.serve({ onListen: () => {} }, async (request) => {
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
    const url = new URL(request.url);
    const path = url.pathname.replace(new RegExp(`^/(functions/v1/)?${name}`), "") || "/";
    const id = crypto.randomUUID().replaceAll("-", "");
    const answer = await handle({ request, path, query: url.searchParams })
      .catch((error) => problem(error, name, id).answer(id));
    const headers = new Headers(answer.headers);
    for (const [key, value] of Object.entries(CORS)) headers.set(key, value);
    if (!headers.has("x-request-id")) headers.set("x-request-id", id);
    return new Response(answer.body, { status: answer.status, headers });
  });
}

function problem(error: unknown, name: string, id: string): Problem {
  if (error instanceof Problem) return error;
  console.error(`${name} failed, request ${id}:`, error);
  return new Problem(500, "internal_error", "Something went wrong on our side.");
}

/** The JSON object that was sent. Throws a Problem for anything else. */
export async function object(request: Request): Promise<Record<string, unknown>> {
  const body = await request.json().catch(() => undefined);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new Problem(422, "invalid", "Send a JSON object.");
  }
  return body as Record<string, unknown>;
}
