/**
 * Recorded requests of access and of AI models on two states of policy: who would be cut off, who let in. Only what is allowed passes: what
 * no policy speaks of is not granted by any.
 */
import type { Inventory } from '../../context/inventory.ts';
import { directoryOf } from '../access/directory.ts';
import { type EntityKey, keyOf } from '../access/entity.ts';
import { type EntityStore, entityStore } from '../access/entity-store.ts';
import type { AccessRequest, AiRequest } from '../access/model.ts';
import { type AccessDeciders, decideAccessPolicies } from '../access/policies.ts';
import { uidFrom } from '../access/selector.ts';
import { element } from '../element.ts';
import type { Decision, DecisionResult } from '../model.ts';
import { printRequest } from '../request-text.ts';
import type { WeekClock } from '../time-window.ts';
import type { AccessRecords } from './access-records.ts';
import { type Criticality, mostCritical, type ReplaySide, sideOf } from './side.ts';

export type AccessChange = {
  readonly principal: string;
  /** Of the first such record. */
  readonly request: AccessRequest | AiRequest;
  readonly before: Decision;
  readonly after: Decision;
  /** The rules that decide it then; what errs denies. */
  readonly determining: readonly string[];
  readonly erring: DecisionResult['erring'];
  readonly count: number;
  readonly criticality?: Criticality | undefined;
  readonly text: string;
};

/** Plain JSON. */
export type AccessWhatIf = {
  readonly requests: number;
  /** Of which the record does not tell enough: how they were decided, where that is asked, or what a rule asks for. They are on neither side. */
  readonly untold: number;
  readonly wouldBlock: ReplaySide<AccessChange>;
  readonly wouldAllow: ReplaySide<AccessChange>;
};

export type Compared = {
  /** What is compared with; what was decided when it was recorded where not given. */
  readonly before: AccessDeciders | undefined;
  readonly after: AccessDeciders;
  /** The records tell a part of each request: a rule that errs may do so for that alone. */
  readonly inPart?: boolean | undefined;
};

export function accessWhatIf(records: AccessRecords, { before, after, inPart = false }: Compared, inventory: Inventory): AccessWhatIf {
  const store = entityStore(directoryOf(inventory));
  const [blocks, allows]: [AccessChange[], AccessChange[]] = [[], []];
  let untold = 0;
  for (const { number, at, count } of requestGroups(records, [before, after])) {
    const { request, recorded } = element(records.distinct, number);
    const asked = at === undefined ? request : { ...request, at };
    const old = before === undefined ? recordedResult(recorded) : decideAccessPolicies(before, asked);
    const fresh = decideAccessPolicies(after, asked);
    if (old === undefined || (inPart && old.erring.length + fresh.erring.length > 0)) {
      untold += count;
      continue;
    }
    if ((old.decision === 'allow') === (fresh.decision === 'allow')) continue;
    const side = fresh.decision === 'allow' ? allows : blocks;
    side.push(changeOf({ asked, old, fresh, count }, store, inventory));
  }
  return { requests: records.count, untold, wouldBlock: sideOf(blocks), wouldAllow: sideOf(allows) };
}

function recordedResult(decision: Decision | undefined): DecisionResult | undefined {
  return decision === undefined ? undefined : { decision, determining: [], erring: [] };
}

type Found = {
  readonly asked: AccessRequest | AiRequest;
  readonly old: DecisionResult;
  readonly fresh: DecisionResult;
  readonly count: number;
};

function changeOf({ asked, old, fresh, count }: Found, store: EntityStore, inventory: Inventory): AccessChange {
  const criticality = criticalityOf(asked, store);
  // A refusal says why by itself; what is let in was refused by something before.
  const { determining, erring } = fresh.decision === 'allow' && old.decision !== 'not-applicable' ? old : fresh;
  return {
    principal: asked.principal,
    request: asked,
    before: old.decision,
    after: fresh.decision,
    determining,
    erring,
    count,
    ...(criticality === undefined ? {} : { criticality }),
    text: printRequest(asked, inventory),
  };
}

/** As the directory has it: of assets, and of whatever else has an attribute of that name. */
function criticalityOf(request: AccessRequest | AiRequest, store: EntityStore): Criticality | undefined {
  const keys = [keyOfText(request.principal), request.kind === 'access' ? keyOfText(request.resource) : keyOfText(request.model, 'model')];
  return mostCritical(
    keys.map((key) => {
      const value = key === undefined ? undefined : store.get(key)?.attributes.fields.get('criticality');
      return typeof value === 'string' ? value : undefined;
    }),
  );
}

function keyOfText(text: string, defaultType?: string): EntityKey | undefined {
  try {
    return keyOf(uidFrom(text, defaultType));
  } catch {
    return undefined;
  }
}

export type RequestGroup = { readonly number: number; readonly at: string | undefined; count: number };

/** Distinct requests; where a policy asks for the time, apart for each minute of the week on each of its clocks. */
export function requestGroups(records: AccessRecords, deciders: readonly (AccessDeciders | undefined)[]): readonly RequestGroup[] {
  const clocks = {
    access: deciders.flatMap((each) => each?.access.clock ?? []),
    ai: deciders.flatMap((each) => each?.ai.clock ?? []),
  };
  if (clocks.access.length + clocks.ai.length === 0)
    return records.distinct.map(({ count }, number): RequestGroup => ({ number, at: undefined, count }));
  const groups = new Map<number, RequestGroup>();
  const minutes = { access: minuteKey(clocks.access), ai: minuteKey(clocks.ai) };
  records.distinctOf.forEach((number, record) => {
    const instant = element(records.instants, record);
    const key = number * minuteKeys + minutes[element(records.distinct, number).request.kind](instant);
    const held = groups.get(key);
    if (held !== undefined) held.count += 1;
    else groups.set(key, { number, at: Number.isNaN(instant) ? undefined : new Date(instant).toISOString(), count: 1 });
  });
  return [...groups.values()];
}

/** Minutes of a week fit into 14 bits; there are at most two clocks. */
const minuteBits = 2 ** 14;
const minuteKeys = minuteBits * minuteBits;
const noMinute = minuteBits - 1;

function minuteKey(clocks: readonly WeekClock[]): (instantMs: number) => number {
  const known = new Map<number, number>();
  return (instantMs) => {
    if (Number.isNaN(instantMs)) return noMinute;
    const instant = Math.floor(instantMs / 60_000);
    const key = known.get(instant) ?? clocks.reduce((sum, clock) => sum * minuteBits + clock(instantMs), 0);
    known.set(instant, key);
    return key;
  };
}
