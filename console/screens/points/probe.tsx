/** What was tried at a point, last: the request, what the point did with it, and who had it tried. */
import type { ReactElement } from 'react';
import type { Point } from '../../../api/contract/points.ts';
import { printRequest } from '../../../domain/policy/request-text.ts';
import { Link } from '../../app/link.tsx';
import { State } from '../../look/state.tsx';
import { When } from '../../look/when.tsx';

type Probed = NonNullable<Point['lastProbe']>;

const nobody = { assets: [], zones: [] };

export function printed(request: Probed['request']): string {
  // The moment it was asked for stands beside it.
  return printRequest({ ...request, at: undefined }, nobody);
}

const words = { allow: 'let through', deny: 'refused', 'not-applicable': 'no rule' } as const;

/** A decision is no state that is good or bad by itself. */
export function Decided({ decision }: Pick<Probed, 'decision'>): ReactElement {
  return <State value={decision} tone="still" label={words[decision]} />;
}

export function LastProbe({ probe }: { readonly probe: Probed | undefined }): ReactElement {
  if (probe === undefined) return <>none yet</>;
  const { decision, method, detail, elapsedMs, at, request, tried, by, run } = probe;
  return (
    <>
      <Decided decision={decision} /> {method === 'packet' ? 'by a packet' : 'by its decision'}, {detail}, in {elapsedMs} ms
      <br />
      {printed(request)}
      <br />
      <When at={at} />
      {run === undefined ? <> by {by ?? 'nobody known'}</> : null}
      {run === undefined ? null : (
        <>
          {' '}
          of the run <Link to={`/runs/${run}`}>{run}</Link>
          {tried > 1 ? `, one of ${tried}` : ''}
        </>
      )}
    </>
  );
}
