import type { ProgressEvent, StageEvent } from '@/lib/api/events';

/** The road of a generation, in its order, in words for people. */
export const STAGES = [
  { id: 'plan', title: 'Plan', text: 'What it offers, field by field' },
  { id: 'tests', title: 'Tests', text: 'What must hold, written before the code' },
  { id: 'code', title: 'Code', text: 'A FastAPI module' },
  { id: 'check', title: 'Check', text: 'Nothing in it that may not be' },
  { id: 'run', title: 'Run', text: 'Every test, in the sandbox' },
  { id: 'repair', title: 'Repair', text: 'Only if a test failed' },
  { id: 'deploy', title: 'Go live', text: 'An address and a key' },
] as const;

export type StageId = (typeof STAGES)[number]['id'];
export type StageState = 'waiting' | 'started' | 'done' | 'failed' | 'skipped';

export interface Progress {
  stages: Partial<Record<StageId, { state: StageState; detail: string }>>;
  cost: { tokens: number; usd: number } | null;
}

export const NOTHING: Progress = { stages: {}, cost: null };

const isStage = (id: string): id is StageId => STAGES.some((stage) => stage.id === id);

export function afterStage(progress: Progress, { stage, status, detail }: StageEvent): Progress {
  if (!isStage(stage)) return progress;
  return { ...progress, stages: { ...progress.stages, [stage]: { state: status, detail } } };
}

export function afterProgress(progress: Progress, event: ProgressEvent): Progress {
  const cost = { tokens: event.input_tokens + event.output_tokens, usd: event.usd };
  if (!isStage(event.stage)) return { ...progress, cost };
  const stages = {
    ...progress.stages,
    [event.stage]: { state: 'started' as const, detail: event.detail },
  };
  return { stages, cost };
}

/** What a stage is at, with what its neighbours tell of it: a repair that nobody needed is skipped. */
export function stateOf(progress: Progress, id: StageId): StageState {
  const known = progress.stages[id];
  if (known !== undefined) return known.state;
  return id === 'repair' && progress.stages.deploy !== undefined ? 'skipped' : 'waiting';
}

/** 0 to 100; a stage that runs counts half. */
export function percent(progress: Progress): number {
  const parts = STAGES.map(({ id }): number => {
    const state = stateOf(progress, id);
    return state === 'done' || state === 'skipped' ? 1 : state === 'started' ? 0.5 : 0;
  });
  return Math.round((parts.reduce((sum, part) => sum + part, 0) / STAGES.length) * 100);
}
