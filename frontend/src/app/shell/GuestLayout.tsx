import { Outlet } from '@tanstack/react-router';
import { Brand } from './Brand';
import classes from './GuestLayout.module.css';

const STEPS = [
  ['Say it', '“Shorten links, count the clicks, expire after a week.”'],
  ['Watch it', 'Planned, written and tested before anything is published.'],
  ['Call it', 'An address and a key, metered, limited and sandboxed.'],
] as const;

/** What the product is on one side, the form on the other. */
export function GuestLayout() {
  return (
    <div className={classes.page}>
      <aside className={classes.story}>
        <Brand />
        <div>
          <p className={classes.claim}>
            A sentence in.
            <br />A live API out.
          </p>
          <ol className={classes.steps}>
            {STEPS.map(([title, text], index) => (
              <li key={title} className={classes.step}>
                <span className={classes.number} aria-hidden="true">
                  {index + 1}
                </span>
                <div>
                  <strong>{title}</strong>
                  <p className={classes.text}>{text}</p>
                </div>
              </li>
            ))}
          </ol>
        </div>
      </aside>
      <main className={classes.form}>
        <div className={classes.inner}>
          <Outlet />
        </div>
      </main>
    </div>
  );
}
