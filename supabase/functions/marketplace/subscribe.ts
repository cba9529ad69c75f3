/** A consumer's right to call a listed API under one of its plans, with a key of their own. */

import type { Account } from "../_shared/account.ts";
import { platformDatabase } from "../_shared/platform_database.ts";
import { newKey } from "../_shared/keys.ts";
import { invalid, notFound, Problem, refusedByDatabase } from "../_shared/problem.ts";
import { type Call, object } from "../_shared/serve.ts";

const REFUSALS: Record<string, Problem> = {
  unknown: notFound("There is no such listing, or it has no such plan."),
  own: invalid("This listing is your own: call it with a key of its API."),
  repeated: new Problem(409, "conflict", "You have subscribed to this listing already."),
};

/** `{listing_id, plan_id}`: the subscription and its key, which is shown this once. */
export async function subscribe(account: Account, { request }: Call): Promise<Response> {
  const { listing_id, plan_id } = await object(request);
  if (typeof listing_id !== "string" || typeof plan_id !== "string") {
    throw invalid("Send `listing_id` and `plan_id`.");
  }
  const key = await newKey();
  const { data, error } = await platformDatabase.rpc("subscribe", {
    account: account.id,
    listing: listing_id,
    plan: plan_id,
    key_hash: key.hash,
    key_start: key.start,
  });
  if (error !== null) throw refusedByDatabase(error);
  if (data.refused !== undefined) throw REFUSALS[data.refused]!;
  return Response.json({ ...data, api_key: key.clear, key_start: key.start }, { status: 201 });
}

/** The subscription ends and its keys die, now. */
export async function leave(account: Account, id: string): Promise<Response> {
  const { data, error } = await platformDatabase.from("subscriptions").update({
    status: "cancelled",
  })
    .eq("id", id).eq("user_id", account.id).select("id, status, ended_at").maybeSingle();
  if (error !== null) throw refusedByDatabase(error);
  if (data === null) throw notFound("You have no such subscription.");
  return Response.json({ subscription: data });
}
