import { useMemo } from 'react';
import { strangersHtml } from '@/lib/markdown';
import classes from './Markdown.module.css';

/** What a stranger wrote, sanitised. */
export function Markdown({ text }: { text: string }) {
  const html = useMemo(() => ({ __html: strangersHtml(text) }), [text]);
  return <div className={classes.text} dangerouslySetInnerHTML={html} />;
}
