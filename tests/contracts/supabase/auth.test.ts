/** Auth and row level security, as the dashboard uses them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { platformUrl, signUp, tokenOf, visitor } from "./people.ts";

test("a sign-up has a profile of its own, on the free plan", async () => {
  const alice = await signUp("alice");
  const { data, error } = await alice.client.from("profiles").select("id, handle, plan_id");
  assert.equal(error, null);
  assert.equal(data!.length, 1);
  assert.equal(data![0]!.id, alice.id);
  assert.equal(data![0]!.plan_id, "free");
  assert.match(data![0]!.handle, /^alice-/);
});

test("nobody sees or changes what is another's", async () => {
  const [alice, bob] = [await signUp("alice"), await signUp("bob")];
  const seen = await bob.client.from("profiles").select("id").eq("id", alice.id);
  assert.deepEqual(seen.data, []);
  const changed = await bob.client.from("profiles").update({ handle: "mallory" })
    .eq("id", alice.id).select("id");
  assert.deepEqual(changed.data, []);
  const promoted = await bob.client.from("profiles").update({ plan_id: "business" })
    .eq("id", bob.id);
  assert.equal(promoted.error?.code, "42501");
  const anonymous = await visitor().from("profiles").select("id");
  assert.equal(anonymous.error?.code, "42501");
});

test("columns that a sign-up sends do not choose a plan", async () => {
  const client = visitor();
  const { error } = await client.auth.signUp({
    email: `eve-${crypto.randomUUID()}@example.com`,
    password: "long-enough-password",
    options: { data: { plan_id: "business", plan: "business" } },
  });
  assert.equal(error, null);
  const { data } = await client.from("profiles").select("plan_id");
  assert.deepEqual(data, [{ plan_id: "free" }]);
});

test("sign in, refresh, sign out", async () => {
  const alice = await signUp("alice");
  const client = visitor();
  const { email, password } = alice;
  assert.equal((await client.auth.signInWithPassword({ email, password })).error, null);
  const wrong = await visitor().auth.signInWithPassword({ email, password: `${password}x` });
  assert.equal(wrong.error?.code, "invalid_credentials");

  const before = (await client.auth.getSession()).data.session!;
  const refreshed = await client.auth.refreshSession();
  assert.equal(refreshed.error, null);
  assert.notEqual(refreshed.data.session!.refresh_token, before.refresh_token);
  assert.equal((await client.auth.getUser()).data.user?.id, alice.id);

  const last = refreshed.data.session!.refresh_token;
  assert.equal((await client.auth.signOut()).error, null);
  const again = await visitor().auth.refreshSession({ refresh_token: last });
  assert.notEqual(again.error, null);
});

test("a password is changed by who is signed in", async () => {
  const alice = await signUp("alice");
  const password = "another-long-password";
  assert.equal((await alice.client.auth.updateUser({ password })).error, null);
  const { email } = alice;
  assert.equal((await visitor().auth.signInWithPassword({ email, password })).error, null);
  const old = await visitor().auth.signInWithPassword({ email, password: alice.password });
  assert.equal(old.error?.code, "invalid_credentials");
  const weak = await alice.client.auth.updateUser({ password: "short" });
  assert.equal(weak.error?.code, "weak_password");
});

test("the control API takes the same sign-in, and nothing that looks like it", async () => {
  const alice = await signUp("alice");
  const token = await tokenOf(alice);
  const ask = async (bearer: string) => {
    const headers = { Authorization: `Bearer ${bearer}` };
    return await fetch(`${platformUrl}/api/v1/apis`, { headers });
  };
  const answer = await ask(token);
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { apis: [] });
  const [head, body] = token.split(".");
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
  for (const forged of [`${head}.${body}.`, `${none}.${body}.`, token.slice(0, -4), "a.b.c"]) {
    const refused = await ask(forged);
    assert.equal(refused.status, 401, forged);
    assert.equal(refused.headers.get("content-type"), "application/problem+json");
  }
});
