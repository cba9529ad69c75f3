/**
 * What stands in for hosted Supabase on one machine, as one process on one Unix socket:
 * `/auth/v1` and `/rest/v1` (lite.ts), `/functions/v1` (functions.ts). Run by `apibuilder serve`,
 * reached through the platform origin. Its environment is written by local/supabase.py.
 */

import { Functions } from "./functions.ts";
import { serveLite } from "./lite.ts";
import { problem } from "./problem.ts";

const LITE = /^\/(auth|rest)\/v1(\/|$)/;

const root = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");
const sockets = required("LOCAL_SOCKETS");
const url = required("SUPABASE_URL");
const env = Object.fromEntries(
  required("LOCAL_FUNCTIONS_ENV").split(",").map((name) => [name, required(name)]),
);

const functions = new Functions({
  root,
  sockets,
  cache: required("LOCAL_DENO_CACHE"),
  origins: [url, required("APIBUILDER_GATEWAY_URL")].map((origin) => new URL(origin).host),
  env,
  idleSeconds: Number(required("LOCAL_IDLE_SECONDS")),
});
const lite = await serveLite({
  sockets,
  siteUrl: url,
  jwtSecret: required("APIBUILDER_JWT_SECRET"),
  publishableKey: required("SUPABASE_ANON_KEY"),
  secretKey: required("SUPABASE_SERVICE_ROLE_KEY"),
});

const socket = `${sockets}/supabase.sock`;
await Deno.remove(socket).catch(() => {}); // of one that was killed
const server = Deno.serve({ path: socket, onListen: () => {} }, async (request) => {
  const { pathname } = new URL(request.url);
  if (LITE.test(pathname)) return await lite(request);
  if (pathname.startsWith("/functions/v1/")) return await functions.fetch(request);
  if (pathname === "/readyz") return new Response();
  return problem(404, "not_found", "There is nothing here.");
});
Deno.addSignalListener("SIGTERM", async () => {
  await Promise.all([functions.stop(), server.shutdown()]);
  await Deno.remove(socket).catch(() => {});
  Deno.exit(0);
});

function required(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
