/** The graph of a run, small: its shape, the way it took and how each step stands, without words. Whoever shows it says them beside it. */
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import type { Plan } from '../../../../domain/playbook/plan.ts';
import { toneOfStep, type StepView } from '../step-state.ts';
import { placesOf, type Place } from './layout.ts';
import { runGraphOf } from './run-graph.ts';
import css from './run-map.module.css';

type RunMapProps = { readonly plan: Plan; readonly steps: readonly StepView[] };

const margin = 8;

export function RunMap({ plan, steps }: RunMapProps): ReactElement {
  const { nodes, edges } = useMemo(() => runGraphOf(plan, steps), [plan, steps]);
  // Places are of the plan alone: nothing moves while the run goes on.
  const places = useMemo(() => placesOf(runGraphOf(plan), false), [plan]);
  return (
    <svg className={css['map']} viewBox={viewBoxOf([...places.values()])} aria-hidden>
      {edges.map(({ id, from, to, taken }) => {
        const [above, below] = [places.get(from), places.get(to)];
        return above === undefined || below === undefined ? null : (
          <path key={id} className={css['way']} data-taken={taken} d={wayOf(above, below)} />
        );
      })}
      {nodes.map(({ id, state }) => (
        <rect key={id} className={css['step']} data-state={state} data-tone={toneOfStep[state]} rx={10} {...places.get(id)} />
      ))}
    </svg>
  );
}

function viewBoxOf(places: readonly Place[]): string {
  const left = Math.min(...places.map(({ x }) => x)) - margin;
  const top = Math.min(...places.map(({ y }) => y)) - margin;
  const right = Math.max(...places.map(({ x, width }) => x + width)) + margin;
  const bottom = Math.max(...places.map(({ y, height }) => y + height)) + margin;
  return `${left} ${top} ${right - left} ${bottom - top}`;
}

function wayOf(above: Place, below: Place): string {
  const [fromX, fromY] = [above.x + above.width / 2, above.y + above.height];
  const [toX, toY] = [below.x + below.width / 2, below.y];
  const middle = (fromY + toY) / 2;
  return `M${fromX} ${fromY}C${fromX} ${middle} ${toX} ${middle} ${toX} ${toY}`;
}
