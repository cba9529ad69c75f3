export interface Call {
  method: string;
  path: string;
  body?: string;
}

export interface Answer {
  status: number;
  milliseconds: number;
  contentType: string;
  body: string;
  headers: [string, string][];
}

const SHOWN = 100_000;

/** Call an API through the gateway, with a key that stays in memory. Never throws for a status. */
export async function callApi(url: string, key: string, call: Call): Promise<Answer> {
  const started = performance.now();
  const answer = await fetch(url.replace(/\/$/, '') + call.path, {
    method: call.method,
    credentials: 'omit',
    headers: {
      Authorization: `Bearer ${key}`,
      ...(call.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(call.body === undefined ? {} : { body: call.body }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    milliseconds: performance.now() - started,
    contentType: answer.headers.get('content-type') ?? '',
    body: pretty(text.slice(0, SHOWN)),
    headers: [...answer.headers],
  };
}

/** JSON with line breaks; anything else as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
