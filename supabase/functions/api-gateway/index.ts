/**
 * The optional edge hop: `/api-gateway/API/...` checks the key near the caller and sends the call on
 * to the gateway, signed, without the key in clear. The gateway limits and meters it, once.
 */

import { platformDatabase } from "../_shared/platform_database.ts";
import { HEADER, importSecret, sign } from "../_shared/edge_signature.ts";
import { required } from "../_shared/env.ts";
import { hashKey, isKey } from "../_shared/keys.ts";
import { Problem, refusedByDatabase, unavailable } from "../_shared/problem.ts";
import { type Call, serve } from "../_shared/serve.ts";

const gateway = new URL(required("APIBUILDER_GATEWAY_URL"));
const secret = await importSecret(required("APIBUILDER_EDGE_SECRET"));

// The gateway looks again at every call; this spares it, and the database, what is plainly wrong.
const KNOWN_MS = 30_000;
const MOST_KNOWN = 10_000;
const known = new Map<string, number>();

const OWN = new Set(["authorization", "x-api-key", "apikey", "host", "connection", HEADER]);

serve("api-gateway", async (call) => {
  const hash = await keyHash(call.request);
  if (!await isLive(hash)) throw new Problem(401, "invalid_key", "This key is not valid here.");
  return await forward(call, hash);
});

async function keyHash(request: Request): Promise<string> {
  const bearer = /^bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const given = request.headers.get("x-api-key") ||
    (bearer?.startsWith("ak_") ? bearer : undefined); // supabase-js sends its own bearer besides
  if (given === undefined) {
    const detail = "This API needs a key: send `X-API-Key` or `Authorization: Bearer`.";
    throw new Problem(401, "missing_key", detail);
  }
  if (!isKey(given)) throw new Problem(401, "invalid_key", "This key is not valid here.");
  return await hashKey(given);
}

async function isLive(hash: string): Promise<boolean> {
  if ((known.get(hash) ?? 0) > Date.now()) return true;
  const { data, error } = await platformDatabase.from("api_keys").select("revoked_at, expires_at")
    .eq("key_hash", `\\x${hash}`).maybeSingle();
  if (error !== null) throw refusedByDatabase(error);
  const expires = data?.expires_at ? Date.parse(data.expires_at) : Infinity;
  if (data === null || data.revoked_at !== null || expires <= Date.now()) return false;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(hash, Math.min(Date.now() + KNOWN_MS, expires));
  return true;
}

async function forward({ request, path }: Call, hash: string): Promise<Response> {
  const url = new URL(gateway);
  url.pathname = path; // never parsed as an address: it may begin with two slashes
  url.search = new URL(request.url).search;
  const headers = new Headers();
  request.headers.forEach((value, name) => {
    if (!OWN.has(name) && !name.startsWith("x-forwarded-")) headers.append(name, value);
  });
  headers.set("accept-encoding", "identity"); // so that fetch passes bodies on as they are
  headers.set(HEADER, await sign(secret, request.method, `${url.pathname}${url.search}`, hash));
  const answer = await fetch(url, {
    method: request.method,
    headers,
    body: request.body,
    redirect: "manual",
    signal: request.signal,
  }).catch(() => {
    throw unavailable("The gateway cannot be reached.");
  });
  if (answer.status === 401) known.delete(hash);
  return answer;
}
