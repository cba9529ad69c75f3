import { expect, test } from 'vitest';
import { afterProgress, afterStage, NOTHING, percent, stateOf } from './stages';

const stage = (stage: string, status: 'started' | 'done' | 'failed') => ({
  stage,
  status,
  detail: '',
});

test('a generation without a repair reaches the end', () => {
  const road = ['plan', 'tests', 'code', 'check', 'run', 'deploy'];
  let progress = NOTHING;
  let before = 0;
  for (const one of road) {
    progress = afterStage(progress, stage(one, 'started'));
    expect(percent(progress)).toBeGreaterThan(before);
    before = percent(progress);
    progress = afterStage(progress, stage(one, 'done'));
  }
  expect(stateOf(progress, 'repair')).toBe('skipped');
  expect(percent(progress)).toBe(100);
});

test('a stage that fails stays failed, and one that runs again runs again', () => {
  let progress = afterStage(NOTHING, stage('run', 'failed'));
  expect(stateOf(progress, 'run')).toBe('failed');
  progress = afterStage(progress, stage('run', 'started'));
  expect(stateOf(progress, 'run')).toBe('started');
});

test('what a model costs is told, and a stage of a newer platform does no harm', () => {
  const event = { stage: 'code', detail: 'writing', input_tokens: 10, output_tokens: 5, usd: 0.01 };
  expect(afterProgress(NOTHING, event).cost).toEqual({ tokens: 15, usd: 0.01 });
  expect(afterStage(NOTHING, stage('dream', 'started'))).toEqual(NOTHING);
});
