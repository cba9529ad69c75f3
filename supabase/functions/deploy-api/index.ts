/**
 * Ask for a Deployment: of a new API's source, of a new Revision, of an older one (`rollback`) or
 * of the same again (`reload`). The same `Idempotency-Key` makes one Deployment, however often it
 * is sent. `GET /deploy-api/ID` answers a Deployment's state.
 */

import { type Account, signedIn } from "../_shared/account.ts";
import { ask } from "../_shared/platform.ts";
import { invalid, methodNotAllowed } from "../_shared/problem.ts";
import { type Call, object, serve } from "../_shared/serve.ts";

serve("deploy-api", async (call) => {
  const account = await signedIn(call.request);
  if (call.request.method === "GET") return await state(account, call);
  if (call.request.method === "POST") return await deploy(account, call);
  throw methodNotAllowed("GET and POST");
});

async function state(account: Account, { request, path }: Call): Promise<Response> {
  return await ask(account, request, `/deployments/${encodeURIComponent(path.slice(1))}`);
}

async function deploy(account: Account, { request, query }: Call): Promise<Response> {
  const { api, action = "publish", ...rest } = await object(request);
  const wait = query.has("wait") ? `?wait=${encodeURIComponent(query.get("wait")!)}` : "";
  const body = JSON.stringify(rest);
  if (api === undefined) return await ask(account, request, `/apis${wait}`, { body });
  if (typeof api !== "string") throw invalid("`api` is the id or slug of an API.");
  const verbs: Record<string, string> = {
    publish: "revisions",
    rollback: "rollback",
    reload: "reload",
  };
  const verb = verbs[String(action)];
  if (verb === undefined) throw invalid("`action` is `publish`, `rollback` or `reload`.");
  return await ask(account, request, `/apis/${encodeURIComponent(api)}/${verb}${wait}`, { body });
}
