/** Calls of the control API, for the account that asked. */

import type { Account } from "./account.ts";
import { required } from "./env.ts";
import { unavailable } from "./problem.ts";

const origin = required("APIBUILDER_PLATFORM_URL");
const PASSED = ["content-type", "idempotency-key"];
const PASSED_BACK = ["content-type", "location", "retry-after", "x-request-id"];

/** Ask, and answer as the platform does, streamed as it comes. `path` begins below `/api/v1`. */
export async function ask(
  account: Account,
  request: Request,
  path: string,
  init: { method?: string; accept?: string; body?: BodyInit } = {},
): Promise<Response> {
  const headers = pick(request.headers, PASSED);
  headers.set("authorization", `Bearer ${account.token}`);
  headers.set("accept", init.accept ?? "application/json");
  if (init.body !== undefined) headers.set("content-type", "application/json");
  const answer = await fetch(`${origin}/api/v1${path}`, {
    method: init.method ?? request.method,
    headers,
    body: init.body,
    signal: request.signal, // who leaves cancels what was asked
  }).catch(() => {
    throw unavailable("The platform cannot be reached.");
  });
  return new Response(answer.body, {
    status: answer.status,
    headers: pick(answer.headers, PASSED_BACK),
  });
}

function pick(headers: Headers, names: string[]): Headers {
  const picked = new Headers();
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) picked.set(name, value);
  }
  return picked;
}
