/** Keys of callers, as src/apibuilder/store/keys.py makes them. */

const PREFIX = "ak_live_";
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM = 32;
const CHECKSUM = 6;
const VISIBLE = PREFIX.length + 4;

export interface NewKey {
  clear: string;
  hash: string; // SHA-256, hexadecimal
  start: string;
}

/** Draw one. Its clear text is shown once and stored nowhere. */
export async function newKey(): Promise<NewKey> {
  let body = PREFIX;
  while (body.length < PREFIX.length + RANDOM) {
    const byte = crypto.getRandomValues(new Uint8Array(1))[0]!;
    if (byte < ALPHABET.length * 4) body += ALPHABET[byte % ALPHABET.length]; // no bias
  }
  const clear = body + checksum(body);
  return { clear, hash: await hashKey(clear), start: clear.slice(0, VISIBLE) };
}

/** Whether prefix, length and checksum are right: tells a typing error without a database. */
export function isKey(text: string): boolean {
  const body = text.slice(0, -CHECKSUM);
  return text.startsWith(PREFIX) && text.length === PREFIX.length + RANDOM + CHECKSUM &&
    checksum(body) === text.slice(-CHECKSUM);
}

export async function hashKey(clear: string): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(clear)));
}

export function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function checksum(body: string): string {
  let number = crc32(new TextEncoder().encode(body));
  let digits = "";
  for (let i = 0; i < CHECKSUM; i++) {
    digits = ALPHABET[number % ALPHABET.length] + digits;
    number = Math.floor(number / ALPHABET.length);
  }
  return digits;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
