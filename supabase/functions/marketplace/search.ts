/** Listings as the caller sees them: published ones, and their own. */

import type { Account } from "../_shared/account.ts";
import { asCaller } from "../_shared/caller_database.ts";
import { invalid, notFound, refusedByDatabase } from "../_shared/problem.ts";
import type { Call } from "../_shared/serve.ts";

const CARD = "id, title, summary, category, tags, slug, endpoint_url, subscriber_count, " +
  "rating_count, rating_average, p95_ms, success_rate, published_at, user_id";
const PLANS = "listing_plans(id, name, description, requests_per_second, burst, monthly_quota, " +
  "price_cents, currency, position)";
const MOST = 100;

/** `?q=&category=&limit=&offset=`, newest first. */
export async function search(account: Account | undefined, { query }: Call): Promise<Response> {
  const limit = whole(query.get("limit"), 20, MOST);
  const offset = whole(query.get("offset"), 0, 10_000);
  let asked = asCaller(account).from("listings").select(CARD, { count: "exact" })
    .eq("status", "published");
  const words = query.get("q")?.trim();
  if (words) asked = asked.textSearch("search", words, { type: "websearch", config: "simple" });
  const category = query.get("category");
  if (category) asked = asked.eq("category", category);
  const { data, error, count } = await asked.order("published_at", { ascending: false })
    .range(offset, offset + limit - 1);
  if (error !== null) throw refusedByDatabase(error);
  return Response.json({ listings: data, count });
}

/** One, with its plans, its OpenAPI document and its last reviews. */
export async function read(account: Account | undefined, id: string): Promise<Response> {
  const database = asCaller(account);
  const [listing, reviews] = await Promise.all([
    database.from("listings").select(`${CARD}, status, description, revision, openapi, ${PLANS}`)
      .eq("id", id).maybeSingle(),
    database.from("reviews").select("id, user_id, rating, body, created_at")
      .eq("listing_id", id).order("created_at", { ascending: false }).limit(20),
  ]);
  const error = listing.error ?? reviews.error;
  if (error !== null) throw refusedByDatabase(error);
  if (listing.data === null) throw notFound("There is no such listing.");
  return Response.json({ listing: listing.data, reviews: reviews.data });
}

function whole(given: string | null, otherwise: number, most: number): number {
  if (given === null) return otherwise;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 0 || number > most) {
    throw invalid(`limit and offset are whole numbers; this one is at most ${most}.`);
  }
  return number;
}
