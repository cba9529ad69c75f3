/** What a subscriber says of an API; policies say who may. */

import type { Account } from "../_shared/account.ts";
import { asCaller } from "../_shared/caller_database.ts";
import { refusedByDatabase } from "../_shared/problem.ts";
import { type Call, object } from "../_shared/serve.ts";

/** `{listing_id, rating, body}`; a second one replaces the first. */
export async function review(account: Account, { request }: Call): Promise<Response> {
  const { listing_id, rating, body } = await object(request);
  const database = asCaller(account).from("reviews");
  const columns = "id, listing_id, rating, body, created_at, updated_at";
  const said = { rating, ...(body === undefined ? {} : { body }) };
  const changed = await database.update(said).eq("listing_id", listing_id)
    .eq("user_id", account.id).select(columns).maybeSingle();
  if (changed.error !== null) throw refusedByDatabase(changed.error);
  if (changed.data !== null) return Response.json({ review: changed.data });
  const added = await database.insert({ listing_id, ...said }).select(columns).single();
  if (added.error !== null) throw refusedByDatabase(added.error);
  return Response.json({ review: added.data }, { status: 201 });
}
