import { useEffect, useState } from 'react';
import { follow, type LogLine } from './lines';

const KEPT = 2_000;
const AGAIN_MS = 2_000;

/** Live lines of an API, oldest first; connects again by itself when the stream breaks off. */
/** Asked again after a wait, where the compiler believes the answer from before it. */
const isOver = (signal: AbortSignal): boolean => signal.aborted;

export function useLogs(ref: string): { lines: LogLine[]; live: boolean; error: Error | null } {
  const [lines, setLines] = useState<LogLine[]>([]);
  const [live, setLive] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    const run = async () => {
      while (!abort.signal.aborted) {
        try {
          setLive(true);
          setError(null);
          setLines([]);
          for await (const more of follow(ref, abort.signal)) {
            setLines((before) => [...before, ...more].slice(-KEPT));
          }
        } catch (problem) {
          if (isOver(abort.signal)) return;
          setError(problem instanceof Error ? problem : new Error('The logs broke off.'));
        }
        setLive(false);
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    };
    void run();
    return () => abort.abort();
  }, [ref]);
  return { lines, live, error };
}
