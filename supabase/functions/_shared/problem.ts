/** What went wrong, as RFC 9457 says it; the codes are those of the control API (docs/api.md). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly facts: Record<string, unknown> = {},
  ) {
    super(detail);
  }

  answer(requestId: string): Response {
    const body = {
      type: `urn:apibuilder:error:${this.code}`,
      title: this.detail,
      status: this.status,
      code: this.code,
      detail: this.detail,
      request_id: requestId,
      ...this.facts,
    };
    const headers = { "Content-Type": "application/problem+json" };
    return new Response(JSON.stringify(body), { status: this.status, headers });
  }
}

export const invalid = (detail: string) => new Problem(422, "invalid", detail);
export const notFound = (detail = "There is no such thing, or it is not yours.") =>
  new Problem(404, "not_found", detail);
export const methodNotAllowed = (allowed: string) =>
  new Problem(405, "method_not_allowed", `This function takes ${allowed} here.`);
export const unauthenticated = (detail: string) => new Problem(401, "unauthenticated", detail);
export const unavailable = (detail: string) => new Problem(503, "unavailable", detail);

interface DatabaseError {
  code?: string;
  message: string;
}

/** What PostgREST refused, told as the platform tells it. */
export function refusedByDatabase(error: DatabaseError): Problem {
  switch (error.code) {
    case "23514": // check
    case "23502": // not null
    case "22P02": // not of the type
      return invalid(error.message);
    case "23505": // unique
    case "23503": // foreign key
    case "23001": // restrict: what a trigger does not allow
      return new Problem(409, "conflict", error.message);
    case "42501": // a right or a policy
      return new Problem(403, "forbidden", "This account may not do that.");
    case "PGRST116": // no row
      return notFound();
    default:
      console.error("the database refused", error.code, error.message);
      return unavailable("The database did not answer as expected.");
  }
}
