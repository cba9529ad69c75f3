import classes from './Stat.module.css';

interface StatProps {
  label: string;
  value: string;
  tone?: 'plain' | 'bad' | 'good';
  small?: boolean;
}

/** One figure with its name. */
export function Stat({ label, value, tone = 'plain', small = false }: StatProps) {
  return (
    <div className={classes.stat} data-small={small || undefined}>
      <dt className={classes.label}>{label}</dt>
      <dd className={classes.value} data-tone={tone}>
        {value}
      </dd>
    </div>
  );
}
