/** The whole life of an API and of a listing, through the edge functions. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { type Answer, invoke, type Person, signUp, tokenOf, url, visitor } from "./people.ts";

const PROMPT = "a todo list API with title, due date and done";
const SOURCE = `
from fastapi import FastAPI, Request

app = FastAPI(title="Echo")


@app.get("/hello")
def hello(name: str = "you") -> dict[str, str]:
    return {"hello": name}


@app.post("/echo")
async def echo(request: Request) -> dict[str, int]:
    return {"bytes": len(await request.body())}
`;

// deno-lint-ignore no-explicit-any
type Api = any;

/** As the maker's dashboard does it, one Deployment. */
async function deploy(maker: Person): Promise<Api> {
  const body = { source: SOURCE, name: "Echo" };
  const made = await invoke(maker.client, "deploy-api?wait=30", { body });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
}

async function through(edge: boolean, api: Api, path: string, init: RequestInit = {}) {
  const at = edge ? `${url}/functions/v1/api-gateway/${api.api_id}` : api.endpoint_url;
  return await fetch(`${at}${path}`, init);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!await holds()) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("generate from a sentence, with its stages, then call it", async () => {
  const maker = await signUp("maker");
  const { data, error } = await maker.client.functions.invoke("generate-api-code", {
    body: { prompt: PROMPT },
  });
  assert.equal(error, null);
  const events = (await (data as Response).text()).split("\n\n").filter((one) =>
    one.includes("event:")
  );
  const names = events.map((event) => /event: (\w+)/.exec(event)![1]);
  assert.ok(names.filter((name) => name === "stage").length >= 3, names.join());
  assert.equal(names.at(-1), "result", events.at(-1));
  const api = JSON.parse(/data: (.*)/.exec(events.at(-1)!)![1]!);
  const headers = { "X-API-Key": api.api_key };
  assert.equal((await through(false, api, "/todos", { headers })).status, 200);
  const mine = await maker.client.from("apis").select("id, status").eq("id", api.api_id);
  assert.deepEqual(mine.data, [{ id: api.api_id, status: "active" }]);
  const other = await signUp("other");
  assert.deepEqual((await other.client.from("apis").select("id").eq("id", api.api_id)).data, []);
});

test("a deployment is made once, however often it is asked for", async () => {
  const maker = await signUp("maker");
  const headers = { "Idempotency-Key": randomUUID() };
  const body = { source: SOURCE, name: "Once" };
  const answers = await Promise.all(
    [1, 2, 3].map(() => invoke(maker.client, "deploy-api?wait=30", { body, headers })),
  );
  const ids = new Set(answers.map((answer) => answer.body.deployment_id));
  assert.equal(ids.size, 1, JSON.stringify(answers.map((answer) => answer.body)));
  const state = await invoke(maker.client, `deploy-api/${[...ids][0]}`, { method: "GET" });
  assert.equal(state.body.status, "active");
  const { data } = await maker.client.from("apis").select("id");
  assert.equal(data!.length, 1);
  const other = await invoke(maker.client, "deploy-api", { body: { ...body, name: "2" }, headers });
  assert.equal(other.status, 409);
  assert.equal(other.body.code, "conflict");
});

test("publish a change, roll it back, refuse what is broken", async () => {
  const maker = await signUp("maker");
  const api = await deploy(maker);
  const ask = (body: unknown) =>
    invoke(maker.client, "deploy-api?wait=30", { body: body as object });
  const changed = await ask({ api: api.api_id, source: SOURCE.replace('hello":', 'hi":') });
  assert.equal(changed.body.revision, 2);
  const back = await ask({ api: api.api_id, action: "rollback" });
  assert.equal(back.body.revision, 1);
  const broken = await ask({ api: api.api_id, source: "app = (" });
  assert.equal(broken.status, 422);
  assert.equal(broken.body.code, "syntax_error");
  const stranger = await signUp("stranger");
  const refused = await invoke(stranger.client, "deploy-api", {
    body: { api: api.api_id, source: SOURCE },
  });
  assert.equal(refused.status, 404);
});

test("the edge hop: one metered call, no way around it, revoked at once", async () => {
  const maker = await signUp("maker");
  const api = await deploy(maker);
  const headers = { Authorization: `Bearer ${api.api_key}` };
  const direct = await through(false, api, "/hello?name=a", { headers });
  const edge = await through(true, api, "/hello?name=b%20c", { headers });
  assert.deepEqual(await edge.json(), { hello: "b c" });
  assert.equal(direct.status, 200);
  const body = new Uint8Array(300_000);
  const posted = await through(true, api, "/echo", { method: "POST", body, headers });
  assert.deepEqual(await posted.json(), { bytes: 300_000 });

  for (const [key, code] of [["", "missing_key"], ["ak_live_nonsense", "invalid_key"]]) {
    const refused = await through(true, api, "/hello", { headers: { "X-API-Key": key! } });
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get("content-type"), "application/problem+json");
    assert.equal((await refused.json()).code, code);
  }
  const forged = `v1 t=${Math.floor(Date.now() / 1000)} n=${"0".repeat(32)} ` +
    `k=${"0".repeat(64)} s=${"0".repeat(64)}`;
  const around = await through(false, api, "/hello", { headers: { "X-ApiBuilder-Edge": forged } });
  assert.equal(around.status, 401);

  await until("three calls in the ledger", async () => {
    const { data } = await maker.client.from("usage_events").select("id").eq("api_id", api.api_id);
    return data?.length === 3;
  });
  let report: Answer = { status: 0, body: {} };
  await until("three calls in the analytics", async () => {
    report = await analytics(maker, api);
    return report.body.rows?.[0]?.calls === 3;
  });
  assert.equal(report.body.rows[0].errors, 0);
  assert.ok(report.body.rows[0].p95_ms >= report.body.rows[0].p50_ms);

  const platform = await fetch(`${url}/api/v1/apis/${api.api_id}/keys`, {
    headers: { Authorization: `Bearer ${await tokenOf(maker)}` },
  });
  const [key] = (await platform.json()).keys;
  await fetch(`${url}/api/v1/keys/${key.key_id}`, {
    method: "DELETE",
    headers: { Authorization: `Bearer ${await tokenOf(maker)}` },
  });
  await until("the key is dead on both ways", async () => {
    const answers = [true, false].map((edge) => through(edge, api, "/hello", { headers }));
    return (await Promise.all(answers)).every((answer) => answer.status === 401);
  });
});

test("list it, subscribe, call with one's own key, review, leave", async () => {
  const [maker, consumer] = [await signUp("maker"), await signUp("consumer")];
  const api = await deploy(maker);
  const title = `Echo ${randomUUID().slice(0, 8)}`;
  const plans = [{ name: "Basic", requests_per_second: 5, burst: 5, monthly_quota: 1000 }];
  const listed = await marketplace(maker, "listings", { api_id: api.api_id, title, plans });
  assert.equal(listed.status, 200, JSON.stringify(listed.body));
  const { id: listing_id, plans: [plan] } = listed.body;

  const found = await invoke(visitor(), `marketplace?q=${encodeURIComponent(title)}`, {
    method: "GET",
  });
  assert.deepEqual(found.body.listings.map((one: { id: string }) => one.id), [listing_id]);
  const seen = await invoke(visitor(), `marketplace/listings/${listing_id}`, { method: "GET" });
  assert.equal(seen.body.listing.listing_plans[0].name, "Basic");

  const early = await marketplace(consumer, "reviews", { listing_id, rating: 5 });
  assert.equal(early.status, 403);
  const own = await marketplace(maker, "subscriptions", { listing_id, plan_id: plan.id });
  assert.equal(own.status, 422);
  const made = await marketplace(consumer, "subscriptions", { listing_id, plan_id: plan.id });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const twice = await marketplace(consumer, "subscriptions", { listing_id, plan_id: plan.id });
  assert.equal(twice.status, 409);

  const headers = { Authorization: `Bearer ${made.body.api_key}` };
  await until("the subscriber's key works on both ways", async () => {
    const answers = [true, false].map((edge) => through(edge, api, "/hello", { headers }));
    return (await Promise.all(answers)).every((answer) => answer.status === 200);
  });
  const review = await marketplace(consumer, "reviews", { listing_id, rating: 4, body: "Good." });
  assert.equal(review.status, 200, JSON.stringify(review.body));
  const again = await marketplace(consumer, "reviews", { listing_id, rating: 5 });
  assert.equal(again.body.rating, 5);

  await until("the subscriber sees the calls of the own key, and those alone", async () => {
    const { body } = await analytics(consumer, api, "key");
    return body.rows?.length === 1 && body.rows[0].calls >= 2;
  });
  assert.equal((await consumer.client.from("apis").select("id")).data!.length, 0);
  assert.equal((await consumer.client.from("revisions").select("id")).data!.length, 0);

  const id = made.body.subscription_id;
  const stranger = await invoke(maker.client, `marketplace/subscriptions/${id}`, {
    method: "DELETE",
  });
  assert.equal(stranger.status, 404);
  const left = await invoke(consumer.client, `marketplace/subscriptions/${id}`, {
    method: "DELETE",
  });
  assert.equal(left.body.status, "cancelled");
  await until(
    "the key is dead",
    async () => (await through(false, api, "/hello", { headers })).status === 401,
  );
  const gone = await invoke(maker.client, `marketplace/listings/${listing_id}`, {
    method: "DELETE",
  });
  assert.equal(gone.body.status, "unlisted");
  const hidden = await invoke(visitor(), `marketplace/listings/${listing_id}`, { method: "GET" });
  assert.equal(hidden.status, 404);
});

test("functions tell who is not signed in, and any origin may ask", async () => {
  for (const name of ["generate-api-code", "deploy-api", "marketplace/reviews"]) {
    const refused = await invoke(visitor(), name, { body: {} });
    assert.equal(refused.status, 401, name);
    assert.equal(refused.body.code, "unauthenticated");
    const headers = { Authorization: "Bearer a.b.c" };
    assert.equal((await invoke(visitor(), name, { body: {}, headers })).status, 401);
    const asked = await fetch(`${url}/functions/v1/${name}`, { method: "OPTIONS" });
    assert.equal(asked.status, 204);
    assert.equal(asked.headers.get("access-control-allow-origin"), "*");
  }
  const nowhere = await invoke(visitor(), "no-such-function", { body: {} });
  assert.equal(nowhere.status, 404);
});

async function marketplace(person: Person, noun: string, body: object): Promise<Answer> {
  return await invoke(person.client, `marketplace/${noun}`, { body });
}

async function analytics(person: Person, api: Api, by = "day"): Promise<Answer> {
  const path = `analytics?api=${api.api_id}&by=${by}`;
  return await invoke(person.client, path, { method: "GET" });
}
