import { autocompletion, type CompletionSource } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { python, pythonLanguage } from '@codemirror/lang-python';
import { bracketMatching, indentUnit } from '@codemirror/language';
import { lintGutter, linter, type Diagnostic } from '@codemirror/lint';
import { unifiedMergeView } from '@codemirror/merge';
import { searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { cspNonce } from '@/lib/csp';
import { looks } from './looks';

interface CodeEditorProps {
  /** What is shown first; a change of it is another document. */
  text: string;
  label: string;
  readOnly?: boolean;
  /** What it is compared with, if differences are shown. */
  original?: string | undefined;
  onChange?: (text: string) => void;
  complete?: CompletionSource;
  problems?: (text: string) => Promise<Diagnostic[]>;
}

const CHECK_MS = 500;

/** Python in CodeMirror. Tab indents; Escape, then Tab leaves. */
export default function CodeEditor(props: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const { text, original, readOnly = false, label } = props;
  useEffect(() => {
    if (place.current === null) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          ...looks,
          python(),
          EditorView.cspNonce.of(cspNonce()),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          lineNumbers(),
          drawSelection(),
          ...(readOnly
            ? [EditorState.readOnly.of(true), EditorView.editable.of(false)]
            : editing(latest)),
          ...(original === undefined
            ? []
            : [
                unifiedMergeView({
                  original,
                  mergeControls: false,
                  collapseUnchanged: { margin: 3 },
                }),
              ]),
        ],
      }),
    });
    return () => view.destroy();
  }, [text, original, readOnly, label]);
  return <div ref={place} />;
}

function editing(latest: { current: CodeEditorProps }): Extension[] {
  return [
    history(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    bracketMatching(),
    indentUnit.of('    '),
    lintGutter(),
    keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
    autocompletion(),
    pythonLanguage.data.of({
      autocomplete: (context: Parameters<CompletionSource>[0]) =>
        latest.current.complete?.(context) ?? null,
    }),
    linter((view) => latest.current.problems?.(view.state.doc.toString()) ?? [], {
      delay: CHECK_MS,
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
    }),
  ];
}
