/**
 * One rule on many points: a host firewall, a segment's firewall, a security group, a NetworkPolicy. A request gets through when every
 * point on its path lets it pass. The path is as meant when exactly what the policies allow gets through; where not, the point that
 * blocks, or those that leak, are named.
 */
import type { Inventory } from '../context/inventory.ts';
import { artifactSide, policySide, type Side, together } from './analysis/side.ts';
import { type Visitor, walkTogether } from './analysis/walk.ts';
import type { Path } from './compare.ts';
import { element } from './element.ts';
import type { Decision, NetworkRequest, Policy } from './model.ts';
import { printRequest, requestMaker } from './request-text.ts';
import type { Artifact } from './targets/target.ts';

export type PathPoint = {
  readonly name: string;
  readonly runs: Artifact | { readonly policies: readonly Policy[] };
  /** What becomes of requests that it does not speak of. */
  readonly unspoken: 'passes' | 'blocked';
};

export type PathFault = {
  /** `blocked`: meant to be open, and a point blocks it. `leak`: meant to be closed, and every point lets it pass. */
  readonly kind: 'blocked' | 'leak';
  /** The first that blocks; of a leak, the last that should have blocked: the nearest to the destination. */
  readonly point: string;
  /** Every point that blocks, or lets pass; in path order. */
  readonly points: readonly string[];
  readonly request: NetworkRequest;
  readonly text: string;
};

export type Composition = {
  /** The path is open exactly where the policies allow. */
  readonly asMeant: boolean;
  /** One for each combination of points that is at fault. */
  readonly faults: readonly PathFault[];
};

/** `meant`: what neither allow nor deny speaks of may do either. Throws what reading the points throws. */
export function compose(meant: readonly Policy[], points: readonly PathPoint[], inventory: Inventory): Composition {
  const sides = [policySide('the policies', meant, inventory), ...points.map((point) => sideOf(point, inventory))];
  const { store, roots, timezone } = together(sides);
  const make = requestMaker(store.space, inventory, timezone);
  const faults = new Map<string, PathFault>();
  const atLeaf: Visitor['atLeaf'] = (terminals, path) => {
    const [intent, ...said] = terminals.map((terminal) => element(store.terminals, terminal) as Decision);
    const passing = points.filter((point, at) => passes(point, element(said, at)));
    const blocking = points.filter((point) => !passing.includes(point));
    if (intent === 'allow' && blocking.length > 0) note('blocked', blocking, path);
    if (intent === 'deny' && blocking.length === 0) note('leak', passing, path);
    return false;
  };
  walkTogether(store, roots, { atLeaf });
  return { asMeant: faults.size === 0, faults: [...faults.values()] };

  function note(kind: PathFault['kind'], at: readonly PathPoint[], path: Path): void {
    const key = `${kind} ${at.map(({ name }) => name).join(' ')}`;
    if (!faults.has(key)) faults.set(key, faultOf(kind, at, make(path)));
  }

  function faultOf(kind: PathFault['kind'], at: readonly PathPoint[], request: NetworkRequest): PathFault {
    const names = at.map(({ name }) => name);
    const point = (kind === 'leak' ? names.at(-1) : names[0]) ?? 'no point at all';
    const says = kind === 'leak' ? 'should be closed, and is let pass by' : 'should be open, and is blocked by';
    return { kind, point, points: names, request, text: `${printRequest(request, inventory)} ${says} ${names.join(', ') || point}` };
  }
}

function passes({ unspoken }: PathPoint, decision: Decision): boolean {
  return decision === 'allow' || (decision === 'not-applicable' && unspoken === 'passes');
}

function sideOf({ name, runs }: PathPoint, inventory: Inventory): Side {
  return 'policies' in runs ? policySide(name, runs.policies, inventory) : artifactSide(name, runs);
}
