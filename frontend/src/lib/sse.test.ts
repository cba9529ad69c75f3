import { expect, test } from 'vitest';
import { serverEvents } from './sse';

function stream(...pieces: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      controller.close();
    },
  });
}

test('events come whole, however the bytes were cut', async () => {
  const text =
    'event: stage\ndata: {"stage": "plän"}\n\n: working\n\nevent: result\ndata: {"a": 1}\n\n';
  for (const at of [1, 7, 30, 45, 60]) {
    const found = [];
    for await (const one of serverEvents(stream(text.slice(0, at), text.slice(at))))
      found.push(one);
    expect(found).toEqual([
      { event: 'stage', data: { stage: 'plän' } },
      { event: 'result', data: { a: 1 } },
    ]);
  }
});
