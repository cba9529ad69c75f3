import { z } from 'zod/mini';

const Body = z.looseObject({
  code: z.string(),
  title: z.optional(z.string()),
  detail: z.optional(z.string()),
  status: z.optional(z.number()),
  request_id: z.optional(z.string()),
  limit: z.optional(z.nullable(z.string())),
  allowed: z.optional(z.nullable(z.number())),
  seen: z.optional(z.nullable(z.number())),
  file: z.optional(z.nullable(z.string())),
  line: z.optional(z.nullable(z.number())),
});

export type ProblemBody = z.infer<typeof Body>;

/** What the platform refused (RFC 9457), or that it could not be asked. `message` is for people. */
export class Problem extends Error {
  readonly status: number;
  readonly body: ProblemBody;

  constructor(body: ProblemBody, status: number) {
    super(body.detail ?? body.title ?? body.code);
    this.name = 'Problem';
    this.status = body.status ?? status;
    this.body = body;
  }

  get code(): string {
    return this.body.code;
  }
}

/** The problem in an answer's JSON; one of our own making if it is none. */
export function problemOf(json: unknown, status: number): Problem {
  const body = Body.safeParse(json);
  if (body.success) return new Problem(body.data, status);
  return new Problem(
    {
      code: 'unreadable',
      detail: `The platform answered ${status} without saying why. Try again in a moment.`,
    },
    status,
  );
}

export function unreachable(): Problem {
  return new Problem(
    {
      code: 'unreachable',
      detail: 'The platform cannot be reached. Check the connection, then try again.',
    },
    0,
  );
}
