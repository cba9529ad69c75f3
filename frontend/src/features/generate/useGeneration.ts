import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Schemas } from '@/lib/api/client';
import { ask } from '@/lib/api/events';
import { Problem, unreachable } from '@/lib/api/problem';
import { afterProgress, afterStage, NOTHING, type Progress } from './stages';

export type Result = Schemas['DeployResult'];

interface Generation {
  phase: 'idle' | 'running' | 'done' | 'failed';
  progress: Progress;
  prompt: string;
  result: Result | null;
  problem: Problem | null;
}

const IDLE: Generation = {
  phase: 'idle',
  progress: NOTHING,
  prompt: '',
  result: null,
  problem: null,
};

/** One generation at a time; leaving the page, or `cancel`, ends it on the platform too. */
export function useGeneration() {
  const client = useQueryClient();
  const [state, setState] = useState<Generation>(IDLE);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = useCallback(
    async (prompt: string) => {
      const abort = new AbortController();
      running.current = abort;
      setState({ ...IDLE, phase: 'running', prompt });
      const tell = (change: (progress: Progress) => Progress) =>
        setState((was) => ({ ...was, progress: change(was.progress) }));
      try {
        const result = await ask<Result>(
          '/api/v1/generations',
          { prompt },
          {
            stage: (event) => tell((progress) => afterStage(progress, event)),
            progress: (event) => tell((progress) => afterProgress(progress, event)),
          },
          abort.signal,
        );
        setState((was) => ({ ...was, phase: 'done', result }));
        await client.invalidateQueries({ queryKey: ['apis'] });
      } catch (error) {
        if (abort.signal.aborted) return;
        const problem = error instanceof Problem ? error : unreachable();
        setState((was) => ({ ...was, phase: 'failed', problem }));
      }
    },
    [client],
  );

  const reset = useCallback(() => {
    running.current?.abort();
    setState((was) => ({ ...IDLE, prompt: was.prompt }));
  }, []);

  return { ...state, start, reset };
}
