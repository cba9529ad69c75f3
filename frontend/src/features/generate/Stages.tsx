import { Progress as Bar, Text } from '@mantine/core';
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import { percent, type Progress, STAGES, type StageState, stateOf } from './stages';
import classes from './Stages.module.css';

const WORDS: Record<StageState, string> = {
  waiting: 'waits',
  started: 'at work',
  done: 'done',
  failed: 'failed',
  skipped: 'not needed',
};

/** How far it is, live. */
export function Stages({ progress, running }: { progress: Progress; running: boolean }) {
  const reached = percent(progress);
  return (
    <section aria-label="Progress" aria-live="polite">
      <Bar.Root size="sm" radius="xl" mb="lg">
        <Bar.Section value={reached} animated={running} striped={running} aria-label="Progress" />
      </Bar.Root>
      <ol className={classes.list}>
        {STAGES.map(({ id, title, text }) => {
          const state = stateOf(progress, id);
          return (
            <li key={id} className={classes.stage} data-state={state}>
              <span className={classes.mark} aria-hidden="true">
                {state === 'done' && <IconCheck size={15} stroke={2.4} />}
                {state === 'failed' && <IconX size={15} stroke={2.4} />}
                {state === 'skipped' && <IconMinus size={15} stroke={2.4} />}
              </span>
              <span className={classes.title}>
                {title}
                <span className={classes.said}>, {WORDS[state]}</span>
              </span>
              <span className={classes.detail}>
                {progress.stages[id]?.detail !== undefined && progress.stages[id].detail !== ''
                  ? progress.stages[id].detail
                  : state === 'skipped'
                    ? WORDS.skipped
                    : text}
              </span>
            </li>
          );
        })}
      </ol>
      {progress.cost !== null && (
        <Text size="sm" c="dimmed" mt="md" className="tabular">
          {progress.cost.tokens.toLocaleString('en')} tokens · {progress.cost.usd.toFixed(3)} USD so
          far
        </Text>
      )}
    </section>
  );
}
