/** Run by test_functions.py: an edge function from its first call to its end, and again. */

import { Functions } from "../../../src/apibuilder/local/functions.ts";

const [root, sockets] = Deno.args as [string, string];
const functions = new Functions({
  root,
  sockets,
  cache: `${sockets}/deno`,
  origins: ["127.0.0.1:9"],
  env: { SEEN: "yes", APIBUILDER_EDGE_SECRET: "for another function" },
  idleSeconds: 0.3,
});
const call = async (path: string) => {
  const answer = await functions.fetch(new Request(`http://local/functions/v1/${path}`));
  return { status: answer.status, body: await answer.text() };
};
const socketIsThere = () => Deno.stat(`${sockets}/fn-one.sock`).then(() => true, () => false);

const together = await Promise.all([1, 2, 3].map(() => call("one")));
const within = await call("one/path?query=1");
const deadline = Date.now() + 20_000;
while (await socketIsThere() && Date.now() < deadline) await new Promise((r) => setTimeout(r, 20));
const idle = !await socketIsThere();
const again = await Promise.all([call("one"), call("one")]);
const missing = await call("none");
const broken = await call("broken");
await functions.stop();
const left = await socketIsThere();
console.log(JSON.stringify({ together, within, idle, again, missing, broken, left }));
Deno.exit(0);
