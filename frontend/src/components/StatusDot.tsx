import classes from './StatusDot.module.css';

const WORDS = {
  active: 'Live',
  deploying: 'Deploying',
  paused: 'Paused',
  failed: 'Failed',
} as const;

export type Status = keyof typeof WORDS;

/** The state of an API: a colour, and always the word. */
export function StatusDot({ status }: { status: Status }) {
  return (
    <span className={classes.status} data-status={status}>
      <span className={classes.dot} aria-hidden="true" />
      {WORDS[status]}
    </span>
  );
}
