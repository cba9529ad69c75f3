/** From a sentence to a live API: the generator's events, streamed (`stage`, `result`, `error`). */

import { signedIn } from "../_shared/account.ts";
import { ask } from "../_shared/platform.ts";
import { methodNotAllowed } from "../_shared/problem.ts";
import { object, serve } from "../_shared/serve.ts";

const EVENTS = "text/event-stream";

serve("generate-api-code", async ({ request }) => {
  if (request.method !== "POST") throw methodNotAllowed("POST");
  const account = await signedIn(request);
  const body = JSON.stringify(await object(request));
  const wanted = request.headers.get("accept") ?? "";
  // The platform counts the generation against the account's quota and stores its Revision.
  const accept = wanted.startsWith("application/json") ? wanted : EVENTS;
  return await ask(account, request, "/generations", { body, accept });
});
