/** Listings as the caller sees them: published ones, and their own. */

import type { Account } from "../_shared/account.ts";
import { asCaller } from "../_shared/caller_database.ts";
import { invalid, notFound, refusedByDatabase } from "../_shared/problem.ts";
import type { Call } from "../_shared/serve.ts";

const LISTING = "id, title, summary, category, tags, slug, endpoint_url, subscriber_count, " +
  "rating_count, rating_average, calls_30_days, uptime, p95_ms, success_rate, tests_passed, " +
  "tests_total, tests_revision, tests_replayed_at, allow_remix, attribution, published_at, " +
  "user_id, status, description, revision, openapi";
const PLANS = "listing_plans(id, name, description, requests_per_second, burst, monthly_quota, " +
  "included_calls, price_cents, price_per_call, currency, position, retired_at)";
const MOST = 100;

/** `?q=&category=&tag=&sort=&limit=&offset=`; typing errors are forgiven. */
export async function search(account: Account | undefined, { query }: Call): Promise<Response> {
  const words = query.get("q")?.trim() ?? "";
  const { data, error } = await asCaller(account).rpc("search_listings", {
    words,
    in_category: query.get("category"),
    with_tag: query.get("tag"),
    order_by: query.get("sort") ?? (words ? "relevance" : "newest"),
    page_size: whole(query.get("limit"), 20, MOST),
    page_start: whole(query.get("offset"), 0, 10_000),
  });
  if (error !== null) throw refusedByDatabase(error);
  return Response.json({ listings: data, count: data[0]?.found ?? 0 });
}

/** One, with the plans on offer, its OpenAPI document and its last reviews. */
export async function read(account: Account | undefined, id: string): Promise<Response> {
  const database = asCaller(account);
  const [listing, reviews] = await Promise.all([
    database.from("listings").select(`${LISTING}, ${PLANS}`)
      .is("listing_plans.retired_at", null).eq("id", id).maybeSingle(),
    database.from("reviews").select("id, user_id, rating, body, answer, created_at")
      .eq("listing_id", id).order("created_at", { ascending: false }).limit(20),
  ]);
  const error = listing.error ?? reviews.error;
  if (error !== null) throw refusedByDatabase(error);
  if (listing.data === null) throw notFound("There is no such listing.");
  return Response.json({ listing: listing.data, reviews: reviews.data });
}

/** The API of a listing that the caller sees. */
export async function apiOf(account: Account, id: string): Promise<string> {
  const { data, error } = await asCaller(account).from("listings").select("api_id").eq("id", id)
    .maybeSingle();
  if (error !== null) throw refusedByDatabase(error);
  if (data === null) throw notFound("You have no such listing.");
  return data.api_id;
}

function whole(given: string | null, otherwise: number, most: number): number {
  if (given === null) return otherwise;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 0 || number > most) {
    throw invalid(`limit and offset are whole numbers; this one is at most ${most}.`);
  }
  return number;
}
