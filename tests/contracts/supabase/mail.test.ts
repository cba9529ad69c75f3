/** What goes by mail. APIBUILDER_MAIL_LOG is where local Auth writes the mails that it captures. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { signUp, visitor } from "./people.ts";

const log = process.env.APIBUILDER_MAIL_LOG;
const skip = log === undefined ? "set APIBUILDER_MAIL_LOG" : false;

/** The code of the last mail to an address. */
async function code(address: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const mails = (await readFile(log!, "utf8")).split("email captured");
    const mail = mails.findLast((text) => text.includes(`To: ${address}`));
    const found = /code: (\d{6})/.exec(mail ?? "");
    if (found) return found[1]!;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no mail to ${address}`);
}

test("a forgotten password is reset by a mailed code, once", { skip }, async () => {
  const { email } = await signUp("alice");
  const client = visitor();
  assert.equal((await client.auth.resetPasswordForEmail(email)).error, null);
  const token = await code(email);
  const opened = await client.auth.verifyOtp({ email, token, type: "recovery" });
  assert.equal(opened.error, null);
  const password = "the-new-password";
  assert.equal((await client.auth.updateUser({ password })).error, null);
  assert.equal((await visitor().auth.signInWithPassword({ email, password })).error, null);
  const again = await visitor().auth.verifyOtp({ email, token, type: "recovery" });
  assert.notEqual(again.error, null);
});

test("nobody learns whether an address has an account", { skip }, async () => {
  const nobody = `nobody-${crypto.randomUUID()}@example.com`;
  assert.equal((await visitor().auth.resetPasswordForEmail(nobody)).error, null);
});

test("an address is changed once the present one confirms", { skip }, async () => {
  const alice = await signUp("alice");
  const email = `new-${alice.email}`;
  assert.equal((await alice.client.auth.updateUser({ email })).error, null);
  const { password } = alice;
  const early = await visitor().auth.signInWithPassword({ email, password });
  assert.equal(early.error?.code, "invalid_credentials");
  const token = await code(alice.email);
  const confirmed = await alice.client.auth.verifyOtp({
    email: alice.email,
    token,
    type: "email_change",
  });
  assert.equal(confirmed.error, null);
  assert.equal((await visitor().auth.signInWithPassword({ email, password })).error, null);
});
