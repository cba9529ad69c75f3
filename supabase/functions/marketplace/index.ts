/**
 * The marketplace: search and read (everybody), publish and unlist (the maker), subscribe and leave
 * (a consumer, who gets a key of their own), review (who has subscribed).
 */

import { maybeSignedIn, signedIn } from "../_shared/account.ts";
import { methodNotAllowed, notFound } from "../_shared/problem.ts";
import { type Call, serve } from "../_shared/serve.ts";
import { publish, unlist } from "./publish.ts";
import { review } from "./review.ts";
import { read, search } from "./search.ts";
import { leave, subscribe } from "./subscribe.ts";

const ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const ROUTE = new RegExp(`^/(listings|subscriptions|reviews)?(?:/(${ID}))?/?$`);

serve("marketplace", async (call) => {
  const found = ROUTE.exec(call.path);
  if (found === null) throw notFound("There is nothing at this path of the marketplace.");
  const [, noun = "listings", id] = found;
  if (noun === "listings") return await listings(call, id);
  if (noun === "subscriptions") return await subscriptions(call, id);
  if (call.request.method !== "POST") throw methodNotAllowed("POST");
  return await review(await signedIn(call.request), call);
});

async function listings(call: Call, id: string | undefined): Promise<Response> {
  const { request } = call;
  if (request.method === "GET") {
    const account = await maybeSignedIn(request);
    return id === undefined ? await search(account, call) : await read(account, id);
  }
  if (request.method === "POST") return await publish(await signedIn(request), call);
  if (request.method === "DELETE" && id !== undefined) {
    return await unlist(await signedIn(request), id);
  }
  throw methodNotAllowed("GET, POST and DELETE");
}

async function subscriptions(call: Call, id: string | undefined): Promise<Response> {
  const { request } = call;
  if (request.method === "POST") return await subscribe(await signedIn(request), call);
  if (request.method === "DELETE" && id !== undefined) {
    return await leave(await signedIn(request), id);
  }
  throw methodNotAllowed("POST and DELETE");
}
