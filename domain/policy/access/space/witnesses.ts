/**
 * Requests around the boundary of every access and AI rule: one that the rule matches, and requests that differ from it in one thing,
 * among them such as the rule does not match. A target's own engine is asked them, in the concrete half of a proof and as probes.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { type Path, walkDifferences } from '../../compare.ts';
import { buildDiagram, newStore, type Reading } from '../../diagram.ts';
import { element } from '../../element.ts';
import type { Decision, Policy } from '../../model.ts';
import { type Space, spaceOf } from '../../space.ts';
import { aiRequestOf } from '../ai.ts';
import { directoryOf } from '../directory.ts';
import { entityStore, type EntityStore } from '../entity-store.ts';
import { environmentOf } from '../environment.ts';
import type { AccessClause } from '../interpret.ts';
import type { AccessRequest, AiRequest } from '../model.ts';
import { type AccessDeciders, type AccessKind, accessRules, decideAccessPolicies, prepareAccessPolicies } from '../policies.ts';
import { readRules } from '../read-rule.ts';
import { selects } from '../selector.ts';
import { accessSpace } from './clauses.ts';
import { requestAtClasses } from './request-at.ts';

export type AccessWitness = {
  readonly request: AccessRequest | AiRequest;
  readonly expected: Decision;
  readonly determining: readonly string[];
  /** `policy/rule` whose boundary it is at, and where: `inside`, or the line on which it is elsewhere. */
  readonly rule: string;
  readonly at: string;
  /** The rule among those to be left alone whose scope holds it. */
  readonly touches?: string | undefined;
};

export type AccessWitnessLimit = {
  readonly most?: number | undefined;
  readonly deciders?: AccessDeciders | undefined;
  /** Rules whose scopes are told of: what a target makes of one that it cannot say may show on any request of its scope. */
  readonly apart?: ReadonlySet<string> | undefined;
};

const kinds: readonly AccessKind[] = ['access', 'ai'];

/** In a stable order, each rule's first, so that a limit (512 unless told) cuts all rules alike. */
export function accessWitnesses(
  policies: readonly Policy[],
  inventory: Inventory,
  { most = 512, deciders = prepareAccessPolicies(policies, inventory), apart = new Set() }: AccessWitnessLimit = {},
): readonly AccessWitness[] {
  const store = entityStore(directoryOf(inventory));
  const sources = kinds.map((kind) => ({ kind, ...readRules(accessRules(policies, kind), inventory) }));
  const named = sources.flatMap(({ kind, clauses }) => clauses.filter(({ id }) => apart.has(id)).map((clause) => ({ kind, clause })));
  const queues = sources.flatMap(({ kind, clauses, timezone }) => {
    const candidates = clauses.slice(0, most).map((clause) => candidatesOf(clause, { store, timezone }));
    const told = circumstancesOf(candidates.flatMap(([inside]) => inside ?? []));
    return candidates.map((of, index) =>
      of
        .flatMap((one) => [one, { ...one, request: inFull(one.request, told) }])
        .map((one) => ({ kind, rule: element(clauses, index).id, ...one })),
    );
  });
  return inTurn(queues, most).map(({ kind, rule, at, request: asked }) => {
    const request = kind === 'ai' ? aiRequestOf(asked) : asked;
    const { decision, determining } = decideAccessPolicies(deciders, request);
    const touches = named.find((one) => one.kind === kind && isInScope(one.clause, asked, store))?.clause.id;
    return { request, expected: decision, determining, rule, at, ...(touches === undefined ? {} : { touches }) };
  });
}

type Circumstances = Pick<AccessRequest, 'context' | 'from' | 'at'>;

/** What all rules together ask for, as one of them wants it. */
function circumstancesOf(inside: readonly Candidate[]): Circumstances {
  const requests = inside.map(({ request }) => request).toReversed();
  return Object.assign({}, ...requests, { context: Object.assign({}, ...requests.map(({ context }) => context)) }) as Circumstances;
}

/** Where nothing is told of what another rule asks for, that rule errs, and nothing else is seen. */
function inFull(request: AccessRequest, { context, from, at }: Circumstances): AccessRequest {
  const full = { ...context, ...request.context };
  return {
    ...(from === undefined ? {} : { from }),
    ...(at === undefined ? {} : { at }),
    ...request,
    ...(Object.keys(full).length === 0 ? {} : { context: full }),
  };
}

/** The first of each, then the second of each: no request twice. */
function inTurn<One extends { readonly request: AccessRequest; readonly kind: AccessKind }>(
  queues: readonly (readonly One[])[],
  most: number,
): readonly One[] {
  const found = new Map<string, One>();
  for (let round = 0; found.size < most && queues.some((queue) => round < queue.length); round += 1) {
    for (const queue of queues) {
      const one = queue[round];
      if (one === undefined || found.size >= most) continue;
      const key = `${one.kind} ${JSON.stringify(one.request)}`;
      if (!found.has(key)) found.set(key, one);
    }
  }
  return [...found.values()];
}

type Making = { readonly store: EntityStore; readonly timezone: string | undefined };

type Candidate = { readonly request: AccessRequest; readonly at: string };

/** Elsewhere on one line; long lists of names have many elsewheres, and the symbolic half of a proof holds them all. */
const mostElsewhere = 4;

function candidatesOf(clause: AccessClause, { store, timezone }: Making): readonly Candidate[] {
  const { lines, clausesOf } = accessSpace([[clause]], store);
  const clauses = clausesOf(0);
  const space = spaceOf(
    lines.names.map((name) => ({ name })),
    clauses.map(({ box }) => box),
    lines.whole,
  );
  const inside = matchedPath(space, clauses);
  if (inside === undefined) return [];
  const requestAt = (classes: Path['classes']) => requestAtClasses({ lines, space, store, timezone }, classes);
  const around = lines.names.flatMap((name, level) =>
    elsewhere(space, level, inside[level]).map((other) => ({ at: name, request: requestAt(inside.with(level, other)) })),
  );
  return [{ at: 'inside', request: requestAt(inside) }, ...around];
}

const matching: Reading = {
  group: () => 0,
  decide: (alive) => (alive.length > 0 && alive.every(({ role }) => role === 'match') ? 'matches' : ''),
};

function matchedPath(space: Space, clauses: Parameters<typeof buildDiagram>[1]): Path['classes'] | undefined {
  const diagrams = newStore(space);
  let found: Path['classes'] | undefined;
  walkDifferences(diagrams, [buildDiagram(diagrams, clauses, matching), buildDiagram(diagrams, [], matching)], (_, { classes }) => {
    found = classes;
    return true;
  });
  return found;
}

function elsewhere(space: Space, level: number, here: number | undefined): readonly number[] {
  if (here === undefined) return [];
  const classes = [...element(space.lines, level).sample.keys()];
  return classes.filter((each) => each !== here).slice(0, mostElsewhere);
}

function isInScope({ scope }: AccessClause, request: AccessRequest, store: EntityStore): boolean {
  const environment = environmentOf(request, store, undefined);
  const holds = (list: typeof scope.principals, slot: 'principal' | 'action' | 'resource') =>
    list.some((each) => selects(each)(environment[slot], environment.store));
  return holds(scope.principals, 'principal') && holds(scope.actions, 'action') && holds(scope.resources, 'resource');
}
