export interface Forecast {
  used: number;
  quota: number;
  /** Calls by the month's end if it goes on like this. */
  expected: number;
  /** The day it runs out at that pace; null if it lasts. */
  runsOut: Date | null;
}

const DAY = 86_400_000;

/** How far a month's allowance goes, by the pace of the month so far (at least a day of it). */
export function forecast(used: number, quota: number, now: Date): Forecast {
  const begin = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
  const pace = used / Math.max(now.getTime() - begin, DAY);
  const expected = Math.round(used + pace * (end - now.getTime()));
  const left = quota - used;
  const out = pace > 0 ? now.getTime() + Math.max(left, 0) / pace : Infinity;
  return { used, quota, expected, runsOut: out < end ? new Date(out) : null };
}
