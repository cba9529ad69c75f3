/**
 * `GET /analytics?api=ID&from=DAY&to=DAY&by=day|key`: calls, errors and latency percentiles of the
 * caller's own APIs and keys, from the usage ledger, under row level security.
 */

import { signedIn } from "../_shared/account.ts";
import { asCaller } from "../_shared/caller_database.ts";
import { invalid, methodNotAllowed, refusedByDatabase } from "../_shared/problem.ts";
import { serve } from "../_shared/serve.ts";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
const MOST_DAYS = 93;

serve("analytics", async ({ request, query }) => {
  if (request.method !== "GET") throw methodNotAllowed("GET");
  const account = await signedIn(request);
  const last = day(query.get("to"), Date.now());
  const first = day(query.get("from"), Date.parse(last) - 29 * DAY_MS);
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  if (days < 1 || days > MOST_DAYS) throw invalid(`Ask for 1 to ${MOST_DAYS} days.`);
  const { data, error } = await asCaller(account).rpc("usage_report", {
    first_day: first,
    last_day: last,
    api: query.get("api"),
    by_key: query.get("by") === "key",
  });
  if (error !== null) throw refusedByDatabase(error);
  return Response.json({ from: first, to: last, rows: data });
});

function day(given: string | null, otherwise: number): string {
  if (given === null) return new Date(otherwise).toISOString().slice(0, 10);
  if (!DAY.test(given) || Number.isNaN(Date.parse(given))) throw invalid("A day is YYYY-MM-DD.");
  return given;
}
