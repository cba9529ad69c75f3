import classes from './Sparkline.module.css';

const WIDTH = 240;
const HEIGHT = 44;

/** A row of figures as a line, without axes. What it says is said in words beside it. */
export function Sparkline({ values }: { values: number[] }) {
  const top = Math.max(...values, 1);
  const step = WIDTH / Math.max(values.length - 1, 1);
  const points = values.map(
    (value, index) =>
      `${(index * step).toFixed(1)},${(HEIGHT - 2 - (value / top) * (HEIGHT - 6)).toFixed(1)}`,
  );
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={classes.line}
      aria-hidden="true"
    >
      <polygon
        points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`}
        className={classes.area}
      />
      <polyline points={points.join(' ')} className={classes.stroke} />
    </svg>
  );
}
