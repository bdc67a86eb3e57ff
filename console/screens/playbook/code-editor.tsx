/** An editor of YAML: keeps its own text; tells each change; shows findings where they are. */
import { EditorView } from '@codemirror/view';
import type { CompletionSource } from '@codemirror/autocomplete';
import { useEffect, useRef } from 'react';
import type { ReactElement } from 'react';
import { readOnlyExtensions, rootOf, showFindings, writingExtensions, type Found } from './code.ts';
import css from './playbook.module.css';

type CodeEditorProps = {
  readonly label: string;
  /** As it begins; later changes of it are not taken. */
  readonly text: string;
  readonly readOnly: boolean;
  readonly findings: readonly Found[];
  readonly complete: CompletionSource;
  readonly onText: (text: string) => void;
  readonly onView?: (view: EditorView | undefined) => void;
};

export function CodeEditor({ label, text, readOnly, findings, complete, onText, onView }: CodeEditorProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef({ text, complete, onText, onView });
  useEffect(() => {
    latest.current = { ...latest.current, complete, onText, onView };
  });
  useEffect(() => {
    if (host.current === null) return undefined;
    const root = rootOf(host.current);
    const made = new EditorView({
      doc: latest.current.text,
      root,
      parent: root,
      extensions: readOnly
        ? readOnlyExtensions(label)
        : writingExtensions({
            label,
            complete: (context) => latest.current.complete(context),
            onText: (now) => {
              latest.current.text = now;
              latest.current.onText(now);
            },
          }),
    });
    view.current = made;
    latest.current.onView?.(made);
    return () => {
      made.destroy();
      latest.current.onView?.(undefined);
    };
  }, [label, readOnly]);
  useEffect(() => {
    if (view.current !== undefined) showFindings(view.current, findings);
  }, [findings, readOnly]);
  return <div className={css['code']} ref={host} />;
}
