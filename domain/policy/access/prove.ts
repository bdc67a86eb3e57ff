/**
 * Proves that an artifact decides access as the rules say, over the whole request space of the given directory: the rules and what the
 * target's reader makes of the artifact become two decision diagrams, which are equal exactly when they decide alike. A difference that
 * no declared loss covers is a counter-example; each is a request that both sides were asked.
 */
import type { Inventory } from '../../context/inventory.ts';
import { canonicalJson } from '../../digest.ts';
import { EdictError } from '../../errors.ts';
import type { IntervalSet } from '../intervals.ts';
import type { Decision, Policy } from '../model.ts';
import type { Artifact, Budget, Loss } from '../targets/target.ts';
import type { AttributePath } from './space/atom.ts';
import { type AccessDifference, walkAccess } from './compare.ts';
import { directoryOf } from './directory.ts';
import { entityStore, type EntityStore } from './entity-store.ts';
import { type Entity, keyOf } from './entity.ts';
import { environmentOf } from './environment.ts';
import type { AccessClause } from './interpret.ts';
import type { Expression } from './expression.ts';
import type { Lines } from './space/lines.ts';
import { partsOf, pathsRead } from './space/paths.ts';
import type { AccessRequest } from './model.ts';
import { type AccessKind, accessRules } from './policies.ts';
import { type ReadRules, readRules } from './read-rule.ts';
import { printAccessRequest } from './request-text.ts';
import { selects } from './selector.ts';

/** What a target's reader makes of an artifact: an answer for each kind of rules that it holds. */
export type AccessRead = {
  readonly kind: AccessKind;
  readonly clauses: readonly AccessClause[];
  /** That the artifact tells the time by, where it names one. */
  readonly timezone?: string | undefined;
  /** The entities that the artifact holds, where it answers by them; it then tells the time by itself too. */
  readonly directory?: readonly Entity[] | undefined;
  /** Where the target takes an attribute of one type only: other requests it refuses before any policy is asked. */
  readonly typeOf?: ((path: AttributePath) => string | undefined) | undefined;
};

export type AccessTarget = {
  readonly name: Artifact['target'];
  readonly kinds: readonly AccessKind[];
  readonly compile: (
    policies: readonly Policy[],
    inventory: Inventory,
  ) => { readonly artifact: Artifact; readonly losses: readonly Loss[] };
  readonly read: (artifact: Artifact) => readonly AccessRead[];
  readonly cannotSay: readonly string[];
  /** What the enforcement point itself takes at most. */
  readonly budget?: Budget | undefined;
};

export type AccessProofDifference = {
  readonly request: AccessRequest;
  readonly expected: Decision;
  readonly actual: Decision;
  readonly text: string;
};

export type AccessProof = {
  readonly target: Artifact['target'];
  readonly artifact: Artifact['digest'];
  readonly equal: boolean;
  /** Nodes of the diagrams that were compared. */
  readonly classes: number;
  readonly counterExample?: AccessProofDifference | undefined;
  readonly withinLosses: readonly (AccessProofDifference & { readonly rule: string; readonly direction: Loss['direction'] })[];
};

type Given = {
  readonly policies: readonly Policy[];
  readonly inventory: Inventory;
  readonly artifact: Artifact;
  readonly losses: readonly Loss[];
};

/** Throws `artifact-unreadable`, `input-too-large`, and what `prepareAccess` throws. */
export function proveAccess(target: Pick<AccessTarget, 'kinds' | 'read'>, given: Given): AccessProof {
  const read = target.read(given.artifact);
  const store = entityStore(directoryOf(given.inventory));
  const found = new Map<number, AccessProofDifference>();
  let counterExample: AccessProofDifference | undefined;
  let classes = 0;
  for (const kind of target.kinds) {
    const expected = readRules(accessRules(given.policies, kind), given.inventory);
    const actual = read.find((each) => each.kind === kind);
    if (actual !== undefined) checkGiven(actual, expected.timezone, store);
    const proving = { expected, actual, store, artifact: given.artifact, losses: given.losses };
    classes += proveKind(proving, (difference, loss) => {
      if (loss === undefined) counterExample ??= difference;
      else if (!found.has(loss)) found.set(loss, difference);
      return counterExample !== undefined;
    });
  }
  return {
    target: given.artifact.target,
    artifact: given.artifact.digest,
    equal: counterExample === undefined,
    classes,
    ...(counterExample === undefined ? {} : { counterExample }),
    withinLosses: [...found].flatMap(([number, difference]) => {
      const loss = given.losses[number];
      return loss === undefined ? [] : [{ rule: loss.rule, direction: loss.direction, ...difference }];
    }),
  };
}

/** What it decides by must be what the rules do: the time, and who is who. */
function checkGiven({ timezone, directory }: AccessRead, expected: string | undefined, store: EntityStore): void {
  if ((timezone !== undefined || directory !== undefined) && timezone !== expected)
    throw new EdictError('artifact-unreadable', `the artifact tells the time by \`${timezone ?? 'nothing'}\``, {
      expected: expected ?? 'no time at all',
    });
  if (directory !== undefined && directoryText(entityStore(directory)) !== directoryText(store))
    throw new EdictError('artifact-unreadable', 'the artifact knows other entities', { expected: 'those of the inventory' });
}

function directoryText(store: EntityStore): string {
  const entries = [...store.keys()].toSorted().map((key) => {
    const { attrs = {}, parents = [] } = store.raw(key) ?? {};
    return [key, attrs, [...new Set(parents.map(keyOf))].toSorted()];
  });
  return canonicalJson(entries);
}

type Proving = {
  readonly expected: ReadRules;
  readonly actual: AccessRead | undefined;
  readonly store: EntityStore;
  readonly artifact: Artifact;
  readonly losses: readonly Loss[];
};

/** The number of the loss that covers it. */
type AtProofDifference = (difference: AccessProofDifference, loss: number | undefined) => boolean;

function proveKind({ expected, actual, store, artifact, losses }: Proving, atDifference: AtProofDifference): number {
  const sides = [expected.clauses, actual?.clauses ?? []] as const;
  const typeOf = actual?.typeOf;
  const within = typeOf === undefined ? undefined : (name: string, lines: Lines) => typedPart(name, lines, typeOf);
  return walkAccess({ sides, store, timezone: expected.timezone, within }, (difference) => {
    const { request, decisions, shown } = difference;
    const [said, done] = decisions;
    const doubt = shown ? '' : ' (on paper: no request of this kind was found)';
    const text = `${printAccessRequest(request)}: the rules say ${said}, the ${artifact.target} artifact says ${done}${doubt}`;
    const loss = coveringLoss(difference, expected.clauses, losses, store);
    // What a loss covers is told by a request that shows it, or not at all.
    return loss !== undefined && !shown ? false : atDifference({ request, expected: said, actual: done, text }, loss);
  });
}

/** The part of a line that such a target is ever asked about. */
export function typedPart(name: string, lines: Lines, typeOf: NonNullable<AccessRead['typeOf']>): IntervalSet | undefined {
  const about = lines.tests.get(name)?.about;
  if (about === undefined) return undefined;
  if (about.kind === 'attribute') {
    const type = typeOf(about.line.path);
    return type === undefined ? undefined : about.line.ofType(type);
  }
  // Of the right types, what is there does not err, but for numbers that run over.
  const read = about.kind === 'member' ? [about.path] : pathsRead(about.atom.expression);
  const exact = read.every((path) => typeOf(path) !== undefined) && !(about.kind === 'opaque' && mayErr(about.atom.expression));
  return exact ? [{ low: 0n, high: 1n }] : undefined;
}

function mayErr(expression: Expression): boolean {
  return ['add', 'subtract', 'multiply', 'negate', 'and', 'or', 'if'].includes(expression.op) || partsOf(expression).some(mayErr);
}

/** Of a target that denies where the rules say nothing. Such a loss covers every request that nobody decides. */
export const silentReason = 'the language denies what no rule speaks of';

const permits: Readonly<Record<Decision, number>> = { deny: 0, 'not-applicable': 1, allow: 2 };

/** A loss covers the requests of its rule's scope, in its direction; one whose witness nobody decides covers all such. */
function coveringLoss(
  { request, decisions }: AccessDifference,
  clauses: readonly AccessClause[],
  losses: readonly Loss[],
  store: EntityStore,
): number | undefined {
  const direction = permits[decisions[1]] > permits[decisions[0]] ? 'over-permits' : 'under-permits';
  const environment = environmentOf(request, store, undefined);
  const found = losses.findIndex((loss) => {
    if (loss.direction !== direction) return false;
    if (loss.reason === silentReason) return decisions[0] === 'not-applicable';
    const rule = clauses.find(({ id }) => id === loss.rule);
    if (rule === undefined) return false;
    const { principals, actions, resources } = rule.scope;
    const holds = (list: typeof principals, slot: 'principal' | 'action' | 'resource') =>
      list.some((each) => selects(each)(environment[slot], environment.store));
    return holds(principals, 'principal') && holds(actions, 'action') && holds(resources, 'resource');
  });
  return found < 0 ? undefined : found;
}
