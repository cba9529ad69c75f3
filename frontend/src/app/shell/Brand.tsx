import classes from './Brand.module.css';

/** The mark: a call between two brackets. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className={classes.mark}>
      <rect width="32" height="32" rx="8" className={classes.tile} />
      <path
        d="M9.5 8.5C6.5 11 6.5 21 9.5 23.5M22.5 8.5C25.5 11 25.5 21 22.5 23.5"
        fill="none"
        strokeWidth="2.4"
        strokeLinecap="round"
        className={classes.brackets}
      />
      <circle cx="16" cy="16" r="3.6" className={classes.dot} />
    </svg>
  );
}

export function Brand() {
  return (
    <span className={classes.brand}>
      <Mark />
      <span>API Builder</span>
    </span>
  );
}
