import { z } from 'zod/mini';
import { authorization } from '@/lib/api/client';
import { problemOf } from '@/lib/api/problem';

const Line = z.object({
  at: z.string(),
  stream: z.string(),
  message: z.string(),
  level: z.string(),
  request_id: z.nullable(z.string()),
  revision: z.nullable(z.number()),
});

export type LogLine = z.infer<typeof Line>;

export interface Filter {
  text: string;
  level: 'all' | 'warning' | 'error';
  request: string;
}

const LEVELS: Record<Filter['level'], string[] | null> = {
  all: null,
  warning: ['warning', 'error', 'critical'],
  error: ['error', 'critical'],
};

export function passes(line: LogLine, { text, level, request }: Filter): boolean {
  const levels = LEVELS[level];
  return (
    (levels === null || levels.includes(line.level)) &&
    (text === '' || line.message.toLowerCase().includes(text.toLowerCase())) &&
    (request === '' || (line.request_id ?? '').startsWith(request))
  );
}

/** The last lines of an API, and each new one as it is printed, until `signal`. */
export async function* follow(ref: string, signal: AbortSignal): AsyncGenerator<LogLine[]> {
  const answer = await fetch(`/api/v1/apis/${encodeURIComponent(ref)}/logs?tail=500&follow=true`, {
    headers: await authorization(),
    signal,
  });
  if (!answer.ok || answer.body === null) {
    throw problemOf(await answer.json().catch(() => null), answer.status);
  }
  const decoder = new TextDecoder();
  const reader = answer.body.getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield parts.filter((part) => part !== '').map((part) => Line.parse(JSON.parse(part)));
  }
}
