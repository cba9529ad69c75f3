import { z } from 'zod/mini';

export const email = z.email('Type an e-mail address, such as ada@example.com.');
export const password = z
  .string()
  .check(
    z.minLength(8, 'Use at least 8 characters.'),
    z.maxLength(72, 'Use at most 72 characters.'),
  );

/** Only a path of this very site: a link from elsewhere must not lead on to another one. */
export function safeNext(next: string | undefined): string {
  if (next === undefined || !next.startsWith('/') || /^\/[/\\]/.test(next)) return '/apis';
  return next;
}
