import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const view = EditorView.theme({
  '&': {
    fontSize: '0.8125rem',
    borderRadius: '10px',
    border: '1px solid var(--ab-line)',
    backgroundColor: 'var(--ab-sunken)',
    color: 'var(--mantine-color-text)',
  },
  '&.cm-focused': { outline: '2px solid var(--ab-accent)', outlineOffset: '1px' },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    lineHeight: '1.6',
    minHeight: '12rem',
    maxHeight: '68vh',
  },
  '.cm-gutters': {
    backgroundColor: 'transparent',
    border: 'none',
    color: 'var(--mantine-color-dimmed)',
  },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--ab-accent) 7%, transparent)',
  },
  '.cm-cursor': { borderLeftColor: 'var(--ab-accent)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--ab-accent) 22%, transparent) !important',
  },
  '.cm-tooltip': {
    border: '1px solid var(--ab-line-strong)',
    borderRadius: '8px',
    backgroundColor: 'var(--ab-surface)',
    color: 'var(--mantine-color-text)',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--ab-accent-soft)',
    color: 'var(--mantine-color-text)',
  },
  '.cm-changedLine, .cm-inlineChangedLine': {
    backgroundColor: 'color-mix(in srgb, var(--ab-good) 14%, transparent) !important',
  },
  '.cm-deletedChunk': {
    backgroundColor: 'color-mix(in srgb, var(--ab-bad) 12%, transparent) !important',
  },
  '.cm-changedText': {
    background: 'color-mix(in srgb, var(--ab-good) 30%, transparent) !important',
  },
  '.cm-deletedText': {
    background: 'color-mix(in srgb, var(--ab-bad) 26%, transparent) !important',
  },
  '.cm-collapsedLines': {
    background: 'var(--ab-line) !important',
    color: 'var(--mantine-color-dimmed)',
  },
});

const words = HighlightStyle.define([
  {
    tag: [tags.keyword, tags.operatorKeyword],
    color: 'var(--mantine-color-anchor)',
    fontWeight: '500',
  },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ab-good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--ab-warn)' },
  {
    tag: [tags.comment, tags.docComment],
    color: 'var(--mantine-color-dimmed)',
    fontStyle: 'italic',
  },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.definition(tags.variableName))],
    color: 'var(--ab-cool)',
  },
  {
    tag: [tags.className, tags.definition(tags.className)],
    color: 'var(--ab-cool)',
    fontWeight: '600',
  },
  { tag: tags.meta, color: 'var(--ab-warn)' },
]);

/** CodeMirror in the colours of the theme, light and dark alike. */
export const looks: Extension[] = [view, syntaxHighlighting(words)];
