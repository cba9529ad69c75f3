import { authorization } from './client';
import { Problem, problemOf, unreachable } from './problem';
import { serverEvents } from '../sse';

export interface StageEvent {
  stage: string;
  status: 'started' | 'done' | 'failed';
  detail: string;
}

export interface ProgressEvent {
  stage: string;
  detail: string;
  input_tokens: number;
  output_tokens: number;
  usd: number;
}

interface Heard {
  stage?: (event: StageEvent) => void;
  progress?: (event: ProgressEvent) => void;
}

/** Ask for something that takes a while; answers its result, and throws what it was refused with. */
export async function ask<T>(
  path: string,
  body: unknown,
  heard: Heard,
  signal: AbortSignal,
): Promise<T> {
  const answer = await fetch(path, {
    method: 'POST',
    signal,
    headers: {
      ...(await authorization()),
      Accept: 'text/event-stream',
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
  }).catch((error: unknown) => {
    throw signal.aborted ? error : unreachable();
  });
  if (!answer.ok || answer.body === null) {
    throw problemOf(await answer.json().catch(() => null), answer.status);
  }
  for await (const { event, data } of serverEvents(answer.body)) {
    if (event === 'stage') heard.stage?.(data as StageEvent);
    else if (event === 'progress') heard.progress?.(data as ProgressEvent);
    else if (event === 'result') return data as T;
    else if (event === 'error') throw problemOf(data, 500);
  }
  throw new Problem(
    { code: 'broken_off', detail: 'The platform broke off in the middle. Try again.' },
    500,
  );
}
