/** Who is signed in: the JWT is checked here too, not only where it is sent on to. */

import { createRemoteJWKSet, type JWTPayload, jwtVerify } from "npm:jose@6.2.17";
import { required } from "./env.ts";
import { unauthenticated } from "./problem.ts";

export interface Account {
  id: string;
  token: string;
}

const auth = `${required("SUPABASE_URL")}/auth/v1`;
// One machine and older projects sign with a shared secret; other projects publish their keys.
const secret = Deno.env.get("APIBUILDER_JWT_SECRET");
const keys = createRemoteJWKSet(new URL(`${auth}/.well-known/jwks.json`));
const options = { audience: "authenticated", clockTolerance: 10, requiredClaims: ["sub", "exp"] };

/** The account of the request's bearer token. Throws a Problem. */
export async function signedIn(request: Request): Promise<Account> {
  const account = await maybeSignedIn(request);
  if (account === undefined) {
    throw unauthenticated("Sign in first: send `Authorization: Bearer <access token>`.");
  }
  return account;
}

/** As above; none for a request that carries no sign-in, such as one with an API key alone. */
export async function maybeSignedIn(request: Request): Promise<Account | undefined> {
  const bearer = /^bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  // supabase-js sends the publishable key as a bearer token too while nobody is signed in.
  if (bearer === undefined || bearer.startsWith("sb_")) return undefined;
  const claims = await verify(bearer).catch(() => {
    throw unauthenticated("This sign-in token is not valid here, or has expired.");
  });
  if (claims.role === "anon") return undefined; // a legacy publishable key
  const isIssuer = claims.iss === auth || (claims.iss === undefined && secret !== undefined);
  if (claims.role !== "authenticated" || claims.sub === undefined || !isIssuer) {
    throw unauthenticated("This sign-in token is not valid here.");
  }
  return { id: claims.sub, token: bearer };
}

async function verify(token: string): Promise<JWTPayload> {
  if (secret !== undefined) {
    const key = new TextEncoder().encode(secret);
    return (await jwtVerify(token, key, { ...options, algorithms: ["HS256"] })).payload;
  }
  return (await jwtVerify(token, keys, { ...options, algorithms: ["ES256", "RS256"] })).payload;
}
