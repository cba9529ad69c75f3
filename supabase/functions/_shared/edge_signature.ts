/**
 * The signed hop from the api-gateway function to the gateway (src/apibuilder/gateway/edge.py).
 *
 * Covers method, target, key hash, time and a nonce. Not the body: it is streamed, and the hop is
 * TLS or one machine's loopback; a signature holds for seconds and for one request.
 */

import { hex } from "./keys.ts";

export const HEADER = "x-apibuilder-edge";

export async function importSecret(secret: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret);
  return await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
}

/** The header's value. `target` is path and query as they are sent. */
export async function sign(
  key: CryptoKey,
  method: string,
  target: string,
  keyHash: string,
): Promise<string> {
  const time = Math.floor(Date.now() / 1000);
  const nonce = hex(crypto.getRandomValues(new Uint8Array(16)).buffer);
  const text = ["v1", method, target, keyHash, time, nonce].join("\n");
  const mac = hex(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text)));
  return `v1 t=${time} n=${nonce} k=${keyHash} s=${mac}`;
}
