import { CopyButton } from '../CopyButton';
import classes from './CodeBlock.module.css';

/** Text in the fixed font, as text: nothing in it is ever taken for a page. */
export function CodeBlock({
  text,
  label,
  tall = false,
}: {
  text: string;
  label: string;
  tall?: boolean;
}) {
  return (
    <div className={classes.block}>
      {/* It scrolls, so the keyboard must reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={classes.text} data-tall={tall || undefined} tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <div className={classes.copy}>
        <CopyButton value={text} what={label} />
      </div>
    </div>
  );
}
