import type { Call } from './gatewayCall';

export const LANGUAGES = ['curl', 'Python', 'JavaScript'] as const;
export type Language = (typeof LANGUAGES)[number];

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const literal = (text: string): string => JSON.stringify(text);

/** The same call in the languages that most people have at hand. */
export function snippet(language: Language, url: string, key: string, call: Call): string {
  const address = url.replace(/\/$/, '') + call.path;
  switch (language) {
    case 'curl':
      return curl(address, key, call);
    case 'Python':
      return python(address, key, call);
    case 'JavaScript':
      return javascript(address, key, call);
  }
}

function curl(address: string, key: string, { method, body }: Call): string {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(address)}`];
  lines.push(`-H ${quoted(`Authorization: Bearer ${key}`)}`);
  if (body !== undefined) lines.push("-H 'Content-Type: application/json'", `-d ${quoted(body)}`);
  return lines.join(' \\\n  ');
}

function python(address: string, key: string, { method, body }: Call): string {
  return [
    'import json',
    'import urllib.request',
    '',
    'request = urllib.request.Request(',
    `    ${literal(address)},`,
    `    method=${literal(method)},`,
    `    headers={"Authorization": ${literal(`Bearer ${key}`)}${body === undefined ? '' : ', "Content-Type": "application/json"'}},`,
    ...(body === undefined ? [] : [`    data=${literal(body)}.encode(),`]),
    ')',
    'with urllib.request.urlopen(request) as answer:',
    '    print(answer.status, answer.read().decode())',
  ].join('\n');
}

function javascript(address: string, key: string, { method, body }: Call): string {
  return [
    `const answer = await fetch(${literal(address)}, {`,
    `  method: ${literal(method)},`,
    '  headers: {',
    `    Authorization: ${literal(`Bearer ${key}`)},`,
    ...(body === undefined ? [] : ['    "Content-Type": "application/json",']),
    '  },',
    ...(body === undefined ? [] : [`  body: ${literal(body)},`]),
    '});',
    'console.log(answer.status, await answer.text());',
  ].join('\n');
}
