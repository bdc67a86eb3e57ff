/**
 * Recorded requests on two sets of AWS policies: who would be cut off, who let in. A record often leaves the resource out: such a request
 * meets what allows some resource, and what denies every resource; each one that is decided otherwise says so.
 */
import type { Inventory } from '../../context/inventory.ts';
import type { IamPolicies } from '../iam/evaluate.ts';
import { type StatementTest, statementTest } from '../iam/evaluate.ts';
import type { IamRequest, IamStatement, IamVersion } from '../iam/document.ts';
import { decidingBy, layered } from '../iam/layers.ts';
import { printIamRequest } from '../iam/request-text.ts';
import { parseTemplate, variablesOf } from '../iam/template.ts';
import { asksForMoment, type DistinctIamRequest, type IamRecords, momentOf } from './iam-records.ts';
import { type Criticality, mostCritical, type ReplaySide, sideOf } from './side.ts';

type Asked = Omit<IamRequest, 'resource'> & Pick<DistinctIamRequest, 'resource'>;

export type IamChange = {
  readonly principal: string;
  /** With the condition keys that the policies ask for. */
  readonly request: Asked;
  readonly before: 'allow' | 'deny';
  readonly after: 'allow' | 'deny';
  readonly count: number;
  /** The record does not tell the resource. */
  readonly withoutResource: boolean;
  readonly criticality?: Criticality | undefined;
  readonly text: string;
};

/** Plain JSON. */
export type IamWhatIf = {
  readonly requests: number;
  readonly wouldBlock: ReplaySide<IamChange>;
  readonly wouldAllow: ReplaySide<IamChange>;
};

/** `before`: what is compared with; what was granted when it was recorded where not given. */
export function iamWhatIf(
  records: IamRecords,
  { before, after }: { readonly before: IamPolicies | undefined; readonly after: IamPolicies },
  inventory: Inventory,
): IamWhatIf {
  const keys = keysOf(before === undefined ? [after] : [before, after]);
  const old = before === undefined ? undefined : decidingBy(before, recordedTest);
  const fresh = decidingBy(after, recordedTest);
  const criticalities = new Map(inventory.assets.map(({ name, criticality }) => [name, criticality]));
  const [blocks, allows]: [IamChange[], IamChange[]] = [[], []];
  for (const { request, refused, count } of groupsOf(records, keys)) {
    const was = old === undefined ? !refused : old(request);
    const is = fresh(request);
    if (was === is) continue;
    const criticality = mostCritical(namesIn(request.resource).map((name) => criticalities.get(name)));
    (is ? allows : blocks).push({
      principal: request.principal?.name ?? '',
      request,
      before: was ? 'allow' : 'deny',
      after: is ? 'allow' : 'deny',
      count,
      withoutResource: request.resource === undefined,
      ...(criticality === undefined ? {} : { criticality }),
      text: printIamRequest(request),
    });
  }
  return { requests: records.count, wouldBlock: sideOf(blocks), wouldAllow: sideOf(allows) };
}

/** An asset is called as its ARN, or as the part of it that people know: `arn:aws:s3:::reports/2026` is of `reports`. */
function namesIn(resource: string | undefined): readonly string[] {
  return resource === undefined ? [] : [resource, ...resource.split(':').slice(5).join(':').split(/[:/]/u)];
}

/** Condition keys that the policies ask for, or stand a variable for. */
function keysOf(sets: readonly IamPolicies[]): ReadonlySet<string> {
  const statements = sets.flatMap((set) => layered(set).statements);
  return new Set(
    statements.flatMap(({ statement: { conditions, resource }, version }) => [
      ...conditions.map(({ key }) => key),
      ...[...conditions.flatMap(({ values }) => values), ...(resource?.values ?? [])].flatMap((text) =>
        variablesOf(parseTemplate(text, version)),
      ),
    ]),
  );
}

type Group = { readonly request: Asked; readonly refused: boolean; count: number };

/** Alike but for keys that nobody asks for is alike; times count only where somebody asks. */
function groupsOf({ distinct }: IamRecords, keys: ReadonlySet<string>): Iterable<Group> {
  const groups = new Map<string, Group>();
  const timed = asksForMoment(keys);
  const add = (
    { principal, action, resource, refused, context }: DistinctIamRequest,
    moment: IamRequest['context'],
    count: number,
  ): void => {
    const asked = Object.fromEntries(Object.entries({ ...context, ...moment }).filter(([key]) => keys.has(key)));
    const key = JSON.stringify([principal?.name, action, resource, refused, asked]);
    const held = groups.get(key);
    if (held !== undefined) held.count += count;
    else groups.set(key, { request: { principal, action, resource, context: asked }, refused, count });
  };
  for (const each of distinct) {
    if (timed) for (const instant of each.instants) add(each, momentOf(instant), 1);
    else add(each, {}, each.count);
  }
  return groups.values();
}

/** A request whose resource nobody recorded meets an allow whatever its resource, and a deny of every resource alone. */
function recordedTest(statement: IamStatement, version: IamVersion): (request: Asked) => boolean {
  const exact = statementTest(statement, version);
  const { resource: of, ...anywhere } = statement;
  const loose: StatementTest =
    statement.effect === 'allow' || of === undefined || (!of.not && of.values.includes('*'))
      ? statementTest(anywhere, version)
      : () => false;
  return ({ resource, ...request }) => (resource === undefined ? loose({ ...request, resource: '' }) : exact({ ...request, resource }));
}
