import { expect, test } from 'vitest';
import { LANGUAGES, snippet } from './snippets';

const call = { method: 'POST', path: '/notes', body: '{"text": "it\'s \\"quoted\\""}' };

test.each(LANGUAGES)('%s has the address, the key and the body', (language) => {
  const text = snippet(language, 'http://gateway.test/abc/', 'ak_live_x', call);
  expect(text).toContain('http://gateway.test/abc/notes');
  expect(text).toContain('Bearer ak_live_x');
  expect(text).toContain('quoted');
});

test('a quote in a body does not end the word for the shell', () => {
  expect(snippet('curl', 'http://g', 'k', call)).toContain(`it'\\''s`);
});

test('a plain GET is short', () => {
  expect(snippet('curl', 'http://g', 'k', { method: 'GET', path: '/a' })).toBe(
    "curl 'http://g/a' \\\n  -H 'Authorization: Bearer k'",
  );
});
