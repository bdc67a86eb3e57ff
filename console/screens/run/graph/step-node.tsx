/** One step in the graph: what it is, what it does, how it stands. A button. */
import IconArrowBackUp from '@tabler/icons-react/icons/IconArrowBackUp';
import IconArrowsSplit from '@tabler/icons-react/icons/IconArrowsSplit';
import IconBolt from '@tabler/icons-react/icons/IconBolt';
import IconClock from '@tabler/icons-react/icons/IconClock';
import IconEqual from '@tabler/icons-react/icons/IconEqual';
import IconFlag from '@tabler/icons-react/icons/IconFlag';
import IconGitBranch from '@tabler/icons-react/icons/IconGitBranch';
import IconHandStop from '@tabler/icons-react/icons/IconHandStop';
import IconChecklist from '@tabler/icons-react/icons/IconChecklist';
import IconNotebook from '@tabler/icons-react/icons/IconNotebook';
import IconRepeat from '@tabler/icons-react/icons/IconRepeat';
import IconX from '@tabler/icons-react/icons/IconX';
import type { ComponentType, ReactElement } from 'react';
import { State, type Tone } from '../../../look/state.tsx';
import { lengthOf } from '../../../look/time.ts';
import type { RunNode } from './run-graph.ts';
import { wordsOfStep, type StepState, toneOfStep } from '../step-state.ts';
import css from './step-node.module.css';

const icons: Readonly<Record<string, ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>>> = {
  action: IconBolt,
  approval: IconHandStop,
  manual: IconChecklist,
  playbook: IconNotebook,
  wait: IconClock,
  if: IconGitBranch,
  switch: IconGitBranch,
  set: IconEqual,
  parallel: IconArrowsSplit,
  foreach: IconRepeat,
  while: IconRepeat,
  end: IconFlag,
  fail: IconX,
  undo: IconArrowBackUp,
};

type StepNodeProps = {
  readonly node: RunNode;
  readonly live: boolean;
  readonly chosen: boolean;
  readonly onChoose: (node: RunNode) => void;
};

export function StepNode({ node, live, chosen, onChoose }: StepNodeProps): ReactElement {
  if (node.kind === 'start' || node.kind === 'finish') {
    return (
      <div className={css['pill']} title={node.does} data-over={node.state === 'done'}>
        {node.title}
      </div>
    );
  }
  const Icon = icons[node.kind] ?? IconBolt;
  const tone: Tone | 'none' = live ? toneOfStep[node.state] : 'none';
  return (
    <button
      type="button"
      className={css['node']}
      data-tone={tone}
      data-state={live ? node.state : 'plan'}
      data-chosen={chosen}
      data-step={node.id}
      aria-pressed={chosen}
      onClick={() => onChoose(node)}
    >
      <span className={css['icon']}>
        <Icon size={15} stroke={1.7} aria-hidden />
      </span>
      <span className={css['words']}>
        <span className={css['title']}>
          {node.title}
          {node.undo === undefined ? null : (
            <span className={css['undo']} title={`undone by ${node.undo}`}>
              <IconArrowBackUp size={12} aria-label={`undone by ${node.undo}`} />
            </span>
          )}
        </span>
        <span className={css['does']} title={node.does}>
          {node.does}
        </span>
        {live ? <Stands node={node} /> : null}
      </span>
    </button>
  );
}

/** From afar: its place and its state, and the words for who asks the element. */
export function FarStep({ node, live, chosen, onChoose }: StepNodeProps): ReactElement {
  if (node.kind === 'start' || node.kind === 'finish') return <div className={css['pill']} data-over={node.state === 'done'} />;
  const words = live ? `${node.title}: ${wordsOfStep[node.state]}` : node.title;
  return (
    <button
      type="button"
      className={css['node']}
      data-tone={live ? toneOfStep[node.state] : 'none'}
      data-state={live ? node.state : 'plan'}
      data-chosen={chosen}
      data-step={node.id}
      data-far
      aria-pressed={chosen}
      aria-label={words}
      title={words}
      onClick={() => onChoose(node)}
    />
  );
}

function Stands({ node }: { readonly node: RunNode }): ReactElement {
  const { state, tally, steps } = node;
  return (
    <span className={css['stands']}>
      {steps.length > 1 || (steps.length === 0 && (tally.done ?? 0) > 0) ? (
        <Tally tally={tally} />
      ) : (
        <State value={state} tone={toneOfStep[state]} label={`${wordsOfStep[state]}${tookOf(node)}`} />
      )}
    </span>
  );
}

function Tally({ tally }: { readonly tally: RunNode['tally'] }): ReactElement {
  return (
    <>
      {(Object.entries(tally) as [StepState, number][]).map(([state, count]) => (
        <State key={state} value={state} tone={toneOfStep[state]} label={`${count} ${wordsOfStep[state]}`} />
      ))}
    </>
  );
}

function tookOf({ steps: [step], state }: RunNode): string {
  const { startedAtMs, endedAtMs } = step ?? {};
  if (startedAtMs === undefined || endedAtMs === undefined || state === 'skipped' || endedAtMs - startedAtMs < 20) return '';
  return ` · ${lengthOf(endedAtMs - startedAtMs)}`;
}
