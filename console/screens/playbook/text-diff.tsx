/** Two texts side by side, what is the same folded away. */
import { MergeView } from '@codemirror/merge';
import { useEffect, useRef } from 'react';
import type { ReactElement } from 'react';
import { readOnlyExtensions, rootOf } from './code.ts';
import css from './playbook.module.css';

type TextDiffProps = { readonly before: string; readonly after: string; readonly label: string };

export function TextDiff({ before, after, label }: TextDiffProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return undefined;
    const root = rootOf(host.current);
    const view = new MergeView({
      a: { doc: before, extensions: readOnlyExtensions(`${label}: before`) },
      b: { doc: after, extensions: readOnlyExtensions(`${label}: after`) },
      root,
      parent: root,
      collapseUnchanged: { margin: 3, minSize: 6 },
      gutter: true,
    });
    return () => view.destroy();
  }, [before, after, label]);
  return <div className={css['diff']} ref={host} />;
}
