/**
 * AWS policies of several kinds that are in force together, as one formula over their statements: a request is allowed where no statement
 * denies it, and in one of the alternatives each layer allows it. After "Policy evaluation logic" (see evaluate.ts, which decides one
 * request step by step, with reasons).
 */
import type { IamDocument, IamStatement, IamVersion, PrincipalName } from './document.ts';
import type { IamPolicies } from './evaluate.ts';

export type LayeredStatement = { readonly layer: string; readonly statement: IamStatement; readonly version: IamVersion };

export type Layered = {
  /** What denies does so from any layer. */
  readonly statements: readonly LayeredStatement[];
  /** Names of layers: in one of these lists, each has to allow. */
  readonly alternatives: readonly (readonly string[])[];
};

const layer = {
  identity: 'identity',
  boundary: 'boundary',
  session: 'session',
  resource: 'resource',
  direct: 'resource, by name',
} as const;

/** A policy of the resource that names the principal itself allows by itself within the account; across accounts it has to allow besides. */
export function layered({ identity, resource, boundary, session, serviceControl = [], crossAccount = false }: IamPolicies): Layered {
  const controls = serviceControl.map((documents, level) => ({ name: `service control ${level}`, documents }));
  const limits = [
    ...(boundary === undefined ? [] : [{ name: layer.boundary, documents: boundary }]),
    ...(session === undefined ? [] : [{ name: layer.session, documents: session }]),
  ];
  const above = controls.map(({ name }) => name);
  const own = [...above, layer.identity, ...limits.map(({ name }) => name)];
  return {
    statements: [
      ...[...controls, { name: layer.identity, documents: identity }, ...limits].flatMap(({ name, documents }) =>
        statementsOf(name, documents),
      ),
      ...statementsOf(layer.resource, resource ?? []),
      ...statementsOf(layer.direct, resource ?? []).flatMap(directOf),
    ],
    alternatives: crossAccount ? [[...own, layer.resource]] : [own, ...(resource === undefined ? [] : [[...above, layer.direct]])],
  };
}

function statementsOf(name: string, documents: readonly IamDocument[]): readonly LayeredStatement[] {
  return documents.flatMap(({ version, statements }) => statements.map((statement) => ({ layer: name, statement, version })));
}

/** Who is named by more than the account. */
function directOf(given: LayeredStatement): readonly LayeredStatement[] {
  const { effect, principal } = given.statement;
  if (effect === 'deny' || principal === undefined) return [];
  if (principal.not) return [given];
  const values = principal.values.filter((name) => !isAccount(name));
  return values.length === 0 ? [] : [{ ...given, statement: { ...given.statement, principal: { ...principal, values } } }];
}

/** A resource's policy that names the account alone passes the question on to the account's own policies. */
export function isAccount({ type, name }: PrincipalName): boolean {
  return type === 'AWS' && (/^\d+$/u.test(name) || /^arn:[^:]*:iam::\d+:root$/u.test(name));
}

/** Whether layers that allow are enough. */
export function isEnough({ alternatives }: Pick<Layered, 'alternatives'>, allowing: ReadonlySet<string>): boolean {
  return alternatives.some((layers) => layers.every((each) => allowing.has(each)));
}

/** Decides many requests: statements are read once, by `testOf`. */
export function decidingBy<Request>(
  policies: IamPolicies,
  testOf: (statement: IamStatement, version: IamVersion) => (request: Request) => boolean,
): (request: Request) => boolean {
  const { statements, alternatives } = layered(policies);
  const tests = statements.map(({ layer: name, statement, version }) => ({
    layer: name,
    denies: statement.effect === 'deny',
    test: testOf(statement, version),
  }));
  const [denies, allows] = [tests.filter((each) => each.denies), tests.filter((each) => !each.denies)];
  return (request) => {
    if (denies.some(({ test }) => test(request))) return false;
    const met = new Set<string>();
    for (const { layer: name, test } of allows) if (!met.has(name) && test(request)) met.add(name);
    return isEnough({ alternatives }, met);
  };
}
