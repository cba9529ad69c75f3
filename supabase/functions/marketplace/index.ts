/**
 * The marketplace for whoever has supabase-js alone: search and read (everybody), and the verbs of
 * the control API (docs/api.md), which decides: publish, unlist, subscribe, change, leave, review.
 */

import { type Account, maybeSignedIn, signedIn } from "../_shared/account.ts";
import { invalid, methodNotAllowed, notFound } from "../_shared/problem.ts";
import { ask } from "../_shared/platform.ts";
import { type Call, object, serve } from "../_shared/serve.ts";
import { apiOf, read, search } from "./search.ts";

const ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const ROUTE = new RegExp(`^/(listings|subscriptions|reviews)?(?:/(${ID}))?/?$`);

serve("marketplace", async (call) => {
  const found = ROUTE.exec(call.path);
  if (found === null) throw notFound("There is nothing at this path of the marketplace.");
  const [, noun = "listings", id] = found;
  if (noun === "listings" && call.request.method === "GET") {
    const account = await maybeSignedIn(call.request);
    return id === undefined ? await search(account, call) : await read(account, id);
  }
  const account = await signedIn(call.request);
  if (noun === "listings") return await listings(account, call, id);
  if (noun === "subscriptions") return await subscriptions(account, call, id);
  return await review(account, call);
});

/** `{api_id, title, ..., plans: [...]}` lists an API, or changes its listing. */
async function listings(account: Account, { request }: Call, id?: string): Promise<Response> {
  if (request.method === "DELETE" && id !== undefined) {
    const path = `/apis/${await apiOf(account, id)}/listing`;
    return await ask(account, request, path, { method: "DELETE" });
  }
  if (request.method !== "POST") throw methodNotAllowed("GET, POST and DELETE");
  const { api_id, ...listing } = await object(request);
  const path = `/apis/${part(api_id, "api_id")}/listing`;
  return await ask(account, request, path, { method: "PUT", body: JSON.stringify(listing) });
}

/** `{listing_id, plan_id, spending_cap_cents?}`; the answer holds the key, this once. */
async function subscriptions(account: Account, { request }: Call, id?: string): Promise<Response> {
  const { method } = request;
  if (id === undefined) {
    if (method !== "POST") throw methodNotAllowed("POST");
    return await ask(account, request, "/subscriptions", { body: await request.text() });
  }
  const path = `/subscriptions/${id}`;
  if (method === "DELETE") return await ask(account, request, path);
  if (method !== "PATCH") throw methodNotAllowed("PATCH and DELETE");
  return await ask(account, request, path, { body: await request.text() });
}

/** `{listing_id, rating, body?}`; a second one replaces the first. */
async function review(account: Account, { request }: Call): Promise<Response> {
  if (request.method !== "POST") throw methodNotAllowed("POST");
  const { listing_id, ...said } = await object(request);
  const path = `/listings/${part(listing_id, "listing_id")}/review`;
  return await ask(account, request, path, { method: "PUT", body: JSON.stringify(said) });
}

function part(value: unknown, name: string): string {
  if (typeof value !== "string" || value === "") throw invalid(`Send \`${name}\`.`);
  return encodeURIComponent(value);
}
