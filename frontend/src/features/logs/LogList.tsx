import { useEffect, useRef } from 'react';
import type { LogLine } from './lines';
import classes from './LogList.module.css';

const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const NEAR = 60;

/** Lines as they were printed. Stays at the newest, unless one has scrolled up to read. */
export function LogList({
  lines,
  onRequest,
}: {
  lines: LogLine[];
  onRequest: (id: string) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const reading = useRef(false);
  useEffect(() => {
    if (box.current !== null && !reading.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <div
      ref={box}
      className={classes.box}
      role="log"
      aria-label="Log lines"
      // It scrolls, so the keyboard must reach it.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onScroll={({ currentTarget: it }) => {
        reading.current = it.scrollHeight - it.scrollTop - it.clientHeight > NEAR;
      }}
    >
      {lines.map((line, index) => (
        <div key={`${line.at}-${index}`} className={classes.line} data-level={line.level}>
          <time dateTime={line.at}>{clock.format(new Date(line.at))}</time>
          <span className={classes.level}>{line.level}</span>
          <span className={classes.message}>{line.message}</span>
          {line.request_id !== null && (
            <button
              type="button"
              className={classes.request}
              title="Only this request"
              onClick={() => onRequest(line.request_id ?? '')}
            >
              {line.request_id.slice(0, 8)}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
