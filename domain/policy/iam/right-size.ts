/**
 * Cuts permissions down to what was used: which grants of a principal's identity policies recorded requests lean on and how often,
 * which ones nobody ever used, and narrower policies. Two checks come with it: every recorded request that was allowed is decided once
 * more by the narrower policies, and both are compared over all requests, so that nothing recorded is cut off and nothing is allowed
 * that was not. A statement keeps its resources and conditions; denies stay as they are.
 */
import { compareDocuments, type Comparison } from './compare-documents.ts';
import type { IamDocument, IamStatement } from './document.ts';
import { type StatementTest, statementTest } from './evaluate.ts';
import type { UsedRequest } from './usage.ts';
import { matches, wildcard } from '../strings/pattern.ts';

/** One action, with wildcards or without, that a statement allows. */
export type Grant = {
  readonly document: number;
  /** The statement's place. */
  readonly where: string;
  /** As written; `*` for all but those of a `NotAction`. */
  readonly action: string;
  /** Recorded requests that lean on it. */
  readonly used: number;
  /** The actions among them, and how many each. */
  readonly actions: readonly { readonly action: string; readonly used: number }[];
};

export type RightSizing = {
  readonly grants: readonly Grant[];
  readonly proposed: readonly IamDocument[];
  /** How many recorded requests were replayed, and those that only the policies as they are allow. */
  readonly replay: { readonly requests: number; readonly cutOff: readonly UsedRequest[] };
  /** Recorded requests that none of these policies allows: somebody else does. */
  readonly unexplained: readonly UsedRequest[];
  /** First the policies as they are, second the proposed ones. */
  readonly comparison: Comparison;
};

/** `used`: requests of the principal that the policies are attached to. */
export function rightSize(documents: readonly IamDocument[], used: readonly UsedRequest[]): RightSizing {
  const grants = documents.flatMap((document, number) => grantsOf(document, number, used));
  const proposed = documents.map((document, number) => narrowed(document, number, grants));
  const [before, after] = [allowedBy(documents), allowedBy(proposed)];
  const allowed = used.filter(before);
  return {
    grants,
    proposed,
    replay: { requests: allowed.length, cutOff: allowed.filter((request) => !after(request)) },
    unexplained: used.filter((request) => !before(request)),
    comparison: compareDocuments(documents, proposed),
  };
}

function grantsOf({ version, statements }: IamDocument, document: number, used: readonly UsedRequest[]): readonly Grant[] {
  return statements
    .filter(({ effect }) => effect === 'allow')
    .flatMap((statement) => {
      const test = testOf(statement, version);
      const leaning = used.filter(test);
      const written = statement.action.not ? ['*'] : statement.action.values;
      return written.map((action) => ({ document, where: statement.where, action, ...support(action, leaning) }));
    });
}

function support(action: string, leaning: readonly UsedRequest[]): Pick<Grant, 'used' | 'actions'> {
  const pattern = wildcard(action, { fold: true });
  const counts = new Map<string, number>();
  for (const request of leaning) if (matches(pattern, request.action)) counts.set(request.action, (counts.get(request.action) ?? 0) + 1);
  const actions = [...counts].map(([name, count]) => ({ action: name, used: count })).toSorted((a, b) => (a.action < b.action ? -1 : 1));
  return { used: actions.reduce((sum, each) => sum + each.used, 0), actions };
}

/** Each action that was used, in place of the wildcard that allowed it; a statement that nobody leans on goes. */
function narrowed({ statements, ...rest }: IamDocument, document: number, grants: readonly Grant[]): IamDocument {
  const kept = statements.flatMap((statement): readonly IamStatement[] => {
    if (statement.effect === 'deny') return [statement];
    const own = grants.filter((grant) => grant.document === document && grant.where === statement.where && grant.used > 0);
    const values = new Set(own.flatMap(({ action, actions }) => (/[*?]/u.test(action) ? actions.map((each) => each.action) : [action])));
    return values.size === 0 ? [] : [{ ...statement, action: { not: false, values: [...values] } }];
  });
  return { ...rest, statements: kept };
}

/** A request whose resource nobody recorded meets a statement whatever its resource. */
function testOf(statement: IamStatement, version: IamDocument['version']): (request: UsedRequest) => boolean {
  const exact = statementTest(statement, version);
  const { resource: _, ...anywhere } = statement;
  const loose: StatementTest = statementTest(anywhere, version);
  return ({ resource, ...request }) => (resource === undefined ? loose({ ...request, resource: '' }) : exact({ ...request, resource }));
}

/** Denies are taken as exactly recorded: where the resource is not told, the record itself says that no deny held. */
function allowedBy(documents: readonly IamDocument[]): (request: UsedRequest) => boolean {
  const tests = documents.flatMap(({ version, statements }) =>
    statements.map((statement) => ({ effect: statement.effect, test: testOf(statement, version) })),
  );
  return (request) => {
    const met = tests.filter(({ effect, test }) => (effect === 'allow' || request.resource !== undefined) && test(request));
    return met.some(({ effect }) => effect === 'allow') && !met.some(({ effect }) => effect === 'deny');
  };
}
