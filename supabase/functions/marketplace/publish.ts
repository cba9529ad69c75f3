/** From a draft with its plans to a listing that everybody finds, and back. */

import type { SupabaseClient } from "npm:@supabase/supabase-js@2.119.1";
import type { Account } from "../_shared/account.ts";
import { asCaller } from "../_shared/caller_database.ts";
import { platformDatabase } from "../_shared/platform_database.ts";
import { invalid, notFound, refusedByDatabase } from "../_shared/problem.ts";
import { type Call, object } from "../_shared/serve.ts";

const TEXTS = ["title", "summary", "description", "category", "tags"];
const PLAN = ["name", "description", "requests_per_second", "burst", "monthly_quota"];
const PRICE = ["price_cents", "currency", "position"];

/** `{api_id, title, ..., plans: [...]}`. A repetition goes on from the draft that is there. */
export async function publish(account: Account, { request }: Call): Promise<Response> {
  const { api_id, plans, ...body } = await object(request);
  if (typeof api_id !== "string") throw invalid("`api_id` is the id of an API of yours.");
  if (!Array.isArray(plans) || plans.length < 1 || plans.length > 10) {
    throw invalid("`plans` holds 1 to 10 plans.");
  }
  const database = asCaller(account);
  const id = await draft(database, api_id, pick(body, TEXTS));
  const rows = plans.map((plan) => ({ ...pick(plan ?? {}, [...PLAN, ...PRICE]), listing_id: id }));
  const added = await database.from("listing_plans").upsert(rows, {
    onConflict: "listing_id,name",
  });
  if (added.error !== null) throw refusedByDatabase(added.error);
  return await setStatus(account, id, "published", 201);
}

/** Nobody finds it any more; who has subscribed goes on. */
export async function unlist(account: Account, id: string): Promise<Response> {
  return await setStatus(account, id, "unlisted", 200);
}

async function draft(
  database: SupabaseClient,
  apiId: string,
  texts: Record<string, unknown>,
): Promise<string> {
  const found = await database.from("listings").select("id").eq("api_id", apiId)
    .eq("status", "draft").maybeSingle();
  if (found.error !== null) throw refusedByDatabase(found.error);
  const written = found.data === null
    ? await database.from("listings").insert({ api_id: apiId, ...texts }).select("id").single()
    : await database.from("listings").update(texts).eq("id", found.data.id).select("id").single();
  if (written.error !== null) throw refusedByDatabase(written.error);
  return written.data.id;
}

/** A status is the platform's to write; whose listing it is, is part of the condition. */
async function setStatus(
  account: Account,
  id: string,
  status: string,
  code: number,
): Promise<Response> {
  const { data, error } = await platformDatabase.from("listings").update({ status })
    .eq("id", id).eq("user_id", account.id).neq("status", "suspended")
    .select("id, api_id, slug, title, status, published_at, listing_plans(id, name)").maybeSingle();
  if (error !== null) throw refusedByDatabase(error);
  if (data === null) throw notFound("You have no such listing.");
  return Response.json({ listing: data }, { status: code });
}

function pick(from: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
}
