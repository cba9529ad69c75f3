import type { Schemas } from './api/client';
import type { Call } from './gatewayCall';

export type Revision = Schemas['RevisionOut'];

interface Step {
  request: {
    method: string;
    path: string;
    query?: Record<string, unknown>;
    body?: unknown;
    text?: string | null;
    form?: Record<string, string>;
    files?: Record<string, unknown>;
    headers?: Record<string, string>;
  };
  expect: { status: number };
}

const PLACEHOLDER = /\{\w+\}/;

/** Calls that the API's own tests make and that stand alone, the first of each operation. */
export function exampleCalls(revision: Pick<Revision, 'tests' | 'openapi'>): Call[] {
  const found = new Map<string, Call>();
  for (const test of revision.tests) {
    for (const step of (test.steps ?? []) as Step[]) {
      const call = standalone(step);
      if (call === null) continue;
      const operation = `${call.method} ${call.path.split('?')[0] ?? ''}`;
      if (!found.has(operation)) found.set(operation, call);
    }
  }
  return found.size > 0 ? [...found.values()] : fromDocument(revision.openapi);
}

function standalone({ request, expect }: Step): Call | null {
  const { method, path, query, body, text, form, files, headers } = request;
  const plain = [form, files, headers].every((one) => Object.keys(one ?? {}).length === 0);
  const whole = JSON.stringify([path, query, body]);
  if (expect.status >= 300 || !plain || (text ?? null) !== null || PLACEHOLDER.test(whole)) {
    return null;
  }
  const search = new URLSearchParams(
    Object.entries(query ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ).toString();
  const call: Call = { method, path: search === '' ? path : `${path}?${search}` };
  if (body !== undefined && body !== null) call.body = JSON.stringify(body, null, 2);
  return call;
}

/** Of an API without tests: what takes no parameters, or at least its front door. */
function fromDocument(openapi: Revision['openapi']): Call[] {
  const paths = Object.entries((openapi?.paths ?? {}) as Record<string, Record<string, unknown>>);
  const calls = paths
    .filter(([path, operations]) => 'get' in operations && !path.includes('{'))
    .map(([path]) => ({ method: 'GET', path }));
  return calls.length > 0 ? calls : [{ method: 'GET', path: '/' }];
}
