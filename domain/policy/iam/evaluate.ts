/**
 * Decides a request on AWS policies, after "Policy evaluation logic" (docs.aws.amazon.com/IAM/latest/UserGuide/
 * reference_policies_evaluation-logic.html): an explicit deny anywhere denies; each level of service control policies must allow; then
 * a policy of the resource that names the principal itself allows within the account; else an identity policy must allow, and the
 * permission boundary and the session policies too; across accounts the resource's policy must allow besides. What nobody allows is
 * denied implicitly.
 */
import { conditionTest } from './condition.ts';
import type { IamDocument, IamRequest, IamStatement, IamVersion, PrincipalName } from './document.ts';
import { isAccount } from './layers.ts';
import { matches, type Pattern, wildcard } from '../strings/pattern.ts';
import { principalPatterns, principalText } from './principal.ts';
import { type Bindings, instantiate, parseTemplate, variablesOf } from './template.ts';

export type IamPolicies = {
  readonly identity: readonly IamDocument[];
  /** Policies of the resource; absent where it has none. */
  readonly resource?: readonly IamDocument[] | undefined;
  readonly boundary?: readonly IamDocument[] | undefined;
  readonly session?: readonly IamDocument[] | undefined;
  /** Service control policies by level: root, organizational units, account. */
  readonly serviceControl?: readonly (readonly IamDocument[])[] | undefined;
  /** The resource belongs to another account than the principal. */
  readonly crossAccount?: boolean | undefined;
};

export type IamDecision = {
  readonly decision: 'allow' | 'deny';
  /** `explicit`: a statement denies. `implicit`: something that must allow does not. */
  readonly kind: 'allowed' | 'explicit' | 'implicit';
  /** What determined it: `identity /Statement/0`, or the kind of policy that does not allow. */
  readonly by: readonly string[];
};

type Layer = 'identity' | 'resource' | 'boundary' | 'session' | 'service control';

export function decideIam(policies: IamPolicies, request: IamRequest): IamDecision {
  const layers = layersOf(policies);
  const denied = layers.flatMap(({ layer, documents }) => matching(documents, request, 'deny').map(({ where }) => `${layer} ${where}`));
  if (denied.length > 0) return { decision: 'deny', kind: 'explicit', by: denied };
  const missing = layers.filter(({ layer }) => layer === 'service control').find(({ documents }) => !allows(documents, request));
  if (missing !== undefined) return { decision: 'deny', kind: 'implicit', by: [missing.layer] };
  return decideInAccount(policies, request);
}

function layersOf({
  identity,
  resource,
  boundary,
  session,
  serviceControl,
}: IamPolicies): readonly { readonly layer: Layer; readonly documents: readonly IamDocument[] }[] {
  return [
    ...(serviceControl ?? []).map((documents) => ({ layer: 'service control' as const, documents })),
    { layer: 'identity', documents: identity },
    { layer: 'resource', documents: resource ?? [] },
    { layer: 'boundary', documents: boundary ?? [] },
    { layer: 'session', documents: session ?? [] },
  ];
}

function decideInAccount(policies: IamPolicies, request: IamRequest): IamDecision {
  const byResource = matching(policies.resource ?? [], request, 'allow');
  const direct = byResource.filter((statement) => namesDirectly(statement, request.principal));
  const allowed = (by: readonly string[]): IamDecision => ({ decision: 'allow', kind: 'allowed', by });
  if (policies.crossAccount !== true && direct.length > 0) return allowed(direct.map(({ where }) => `resource ${where}`));
  const byIdentity = matching(policies.identity, request, 'allow');
  const limits = [policies.boundary, policies.session];
  const missing: readonly (Layer | false)[] = [
    byIdentity.length === 0 && 'identity',
    policies.crossAccount === true && byResource.length === 0 && 'resource',
    limits[0] !== undefined && !allows(limits[0], request) && 'boundary',
    limits[1] !== undefined && !allows(limits[1], request) && 'session',
  ];
  const first = missing.filter((layer) => layer !== false);
  if (first.length > 0) return { decision: 'deny', kind: 'implicit', by: first };
  return allowed(byIdentity.map(({ where }) => `identity ${where}`));
}

/** A resource's policy that names the account alone passes the question on to the account's own policies. */
function namesDirectly({ principal }: IamStatement, asked: PrincipalName | undefined): boolean {
  if (principal === undefined || asked === undefined) return false;
  return principal.not || principal.values.some((name) => !isAccount(name) && principalHolds(false, principalPatterns(name), asked));
}

function allows(documents: readonly IamDocument[], request: IamRequest): boolean {
  return matching(documents, request, 'allow').length > 0;
}

/** The statements of one effect that a request meets. */
export function matching(documents: readonly IamDocument[], request: IamRequest, effect: IamStatement['effect']): readonly IamStatement[] {
  return documents.flatMap(({ version, statements }) =>
    statements.filter((statement) => statement.effect === effect && statementTest(statement, version)(request)),
  );
}

export type StatementTest = (request: IamRequest) => boolean;

/** A statement as a test of requests; what does not depend on the request is read once. */
export function statementTest({ action, resource, principal, conditions }: IamStatement, version: IamVersion): StatementTest {
  const [actions, but] = [action.values, action.but ?? []].map((texts) => texts.map((text) => wildcard(text, { fold: true })));
  const resources = resource?.values.map((text) => resourceTest(text, version));
  const principals = principal?.values.flatMap(principalPatterns);
  const settled = conditions.map(({ values }) => !values.some((value) => variablesOf(parseTemplate(value, version)).length > 0));
  const tests = conditions.map((condition, index) => (settled[index] === true ? conditionTest(condition, version, unbound) : undefined));
  return (request) => {
    const bindings = bindingsOf(request);
    const holdsAction = (pattern: Pattern): boolean => matches(pattern, request.action);
    if (actions?.some(holdsAction) === action.not || but?.some(holdsAction) === true) return false;
    if (resource !== undefined && resources?.some((holds) => holds(request.resource, bindings)) === resource.not) return false;
    if (principal !== undefined && principals !== undefined && !principalHolds(principal.not, principals, request.principal)) return false;
    return conditions.every((condition, index) =>
      (tests[index] ?? conditionTest(condition, version, bindings))(request.context[condition.key]),
    );
  };
}

const unbound: Bindings = () => undefined;

/** A policy variable stands for the request's one value of its key. */
function bindingsOf({ context }: IamRequest): Bindings {
  return (key) => {
    const values = context[key];
    return values?.length === 1 ? values[0] : undefined;
  };
}

type ResourceTest = (resource: string, bindings: Bindings) => boolean;

function resourceTest(text: string, version: IamVersion): ResourceTest {
  const template = parseTemplate(text, version);
  const read = (bindings: Bindings): Pattern | undefined => instantiate(template, bindings, { wildcards: true });
  const fixed = variablesOf(template).length === 0 ? read(unbound) : undefined;
  return (resource, bindings) => {
    const pattern = fixed ?? read(bindings);
    return pattern !== undefined && matches(pattern, resource);
  };
}

function principalHolds(not: boolean, patterns: readonly Pattern[], asked: PrincipalName | undefined): boolean {
  if (asked === undefined) return false;
  const text = principalText(asked);
  return patterns.some((pattern) => matches(pattern, text)) !== not;
}
