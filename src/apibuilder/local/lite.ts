/**
 * Supabase's own small server (`@supabase/lite`) over the bundled Postgres: Auth and REST.
 *
 * The only file that knows it. Tables of `auth` are made as the database's owner; requests are
 * served by a role that owns nothing and is held to row level security, whatever lite does.
 */

import { App, ConsoleEmailDriver, getAuthSchemaSql } from "npm:@supabase/lite@0.10.0";
import { createPostgresConnection } from "npm:@supabase/lite@0.10.0/postgres";
import postgres from "npm:postgres@3.4.9";

/** Where the database is, and what tokens are signed and requests are recognised with. */
export interface LiteOptions {
  sockets: string;
  siteUrl: string;
  jwtSecret: string;
  publishableKey: string;
  secretKey: string;
}

export type Handler = (request: Request) => Promise<Response>;

const ROLE = "supabase_local"; // made by bootstrap.sql
const URL_WITHOUT_HOST = "postgres://localhost/postgres"; // the socket's folder is the host
const PASSWORD_LENGTH = 8; // as in supabase/config.toml

// Lite prints every statement that was refused, with its stack: a line says the same.
console.error = (first: unknown) => console.log(String(first));

/** A handler of `/auth/v1` and `/rest/v1`. Fails while the database is away. */
export async function serveLite(options: LiteOptions): Promise<Handler> {
  await prepare(options.sockets);
  const connection = createPostgresConnection({
    url: URL_WITHOUT_HOST,
    postgresOptions: {
      host: options.sockets,
      user: ROLE,
      max: 8,
      idle_timeout: 60,
      onnotice: () => {},
      types: {
        timestamptz: isoTime(1184),
        timestamp: isoTime(1114),
        bytea: asWritten(17),
        json: jsonOnce(114),
        jsonb: jsonOnce(3802),
      },
    },
  });
  // It would grant everything to everybody on its first request; our migrations say who may what.
  Object.defineProperty(connection, "ensureRlsContext", { value: () => Promise.resolve(true) });
  const app = new App({
    connection,
    api: { schemas: ["public"], max_rows: 1000 },
    auth: {
      enabled: true,
      site_url: options.siteUrl,
      additional_redirect_urls: [`${options.siteUrl}/**`],
      jwt_secret: options.jwtSecret,
      publishable_key: options.publishableKey,
      secret_key: options.secretKey,
      minimum_password_length: PASSWORD_LENGTH,
      email: { enable_confirmations: false, double_confirm_changes: true },
    },
    options: {
      drivers: { email: new ConsoleEmailDriver() },
      server: { disableStudio: true },
    },
  });
  await app.init();
  return (request) => app.fetch(request, { peerAddress: null });
}

/** Makes what is missing in `auth`, lets the serving role use it, and binds profiles to sign-ups. */
async function prepare(sockets: string): Promise<void> {
  const owner = postgres(URL_WITHOUT_HOST, {
    host: sockets,
    user: "postgres",
    max: 1,
    onnotice: () => {},
  });
  try {
    await owner.begin(async (sql) => {
      await sql.unsafe(getAuthSchemaSql());
      await sql.unsafe(
        `grant select, insert, update, delete on all tables in schema auth to ${ROLE};
         grant usage on all sequences in schema auth to ${ROLE}`,
      );
      await sql.unsafe("select internal.install_auth_hooks()");
    });
  } finally {
    await owner.end();
  }
}

/** Auth hands over text that it has made JSON of already; the driver would do so once more. */
function jsonOnce(oid: number): postgres.PostgresType {
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) =>
      typeof value === "string" && /^[{[]/.test(value) ? value : JSON.stringify(value),
    parse: (value: string) => JSON.parse(value),
  };
}

/** As Postgres and PostgREST write it: `\\x00ff`. */
function asWritten(oid: number): postgres.PostgresType {
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) => value,
    parse: (value: string) => value,
  };
}

/** As PostgREST writes it: `2026-11-24T15:00:00.1+00:00`, with every digit that is stored. */
function isoTime(oid: number): postgres.PostgresType {
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) => value,
    parse: (value: string) => value.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"),
  };
}
