/** Policies looked into: what is wrong with a set of them, which of two allows more, what a version would do, what it would be in fewer rules. */
import { z } from 'zod';
import { Decision, PolicyDocument, PolicyParams, PolicyVersionParams, Request } from '../policies.ts';
import type { RouteSpec } from '../route.ts';
import { list, Name, VersionNumber, VersionParam } from '../values.ts';

/** `requests` is a whole number in text: it may be beyond what a JSON number holds. `bits` is absent where nothing is allowed. */
const Size = z.object({ requests: z.string(), bits: z.number().optional(), share: z.number() }).meta({ id: 'PolicySize' });
const Sizes = z.object({ ipv4: Size, ipv6: Size }).meta({ id: 'PolicySizes' });

/** The policies in force, with this version in place of its own; without it, those in force alone. `version` needs `policy`. */
export const AnalysisQuery = z
  .strictObject({
    policy: Name.optional(),
    version: VersionParam.optional(),
    most: z.coerce.number().int().min(1).max(1_000).default(100),
  })
  .refine(({ policy, version }) => (policy === undefined) === (version === undefined), '`policy` and `version` together');

const Finding = z
  .object({
    kind: z.enum([
      'shadowed',
      'redundant',
      'empty',
      'over-budget',
      'correlated',
      'conflicting',
      'over-broad',
      'never-used',
      'unused-object',
    ]),
    severity: z.enum(['fault', 'advice']),
    rule: z.string().optional(),
    object: z.string().optional(),
    rules: list(z.string()),
    witness: z.object({ request: Request, decision: Decision, text: z.string() }).optional(),
    droppable: z.boolean().optional(),
    text: z.string(),
  })
  .meta({ id: 'PolicyFinding' });

/** Who may do what on what, counted: of all that could be, and whether anybody may do something. */
const GrantSize = z.object({ grants: z.number(), of: z.number(), anybody: z.boolean() }).meta({ id: 'GrantSize' });

export const PolicyAnalysis = z
  .object({
    policies: list(z.object({ policy: Name, version: VersionNumber })),
    rules: z.int(),
    findings: list(Finding),
    /** Of each kind, also of those that are not listed. */
    counts: z.record(z.string(), z.int()),
    /** So many pairs of rules are at odds that not all were looked at. */
    pairsCut: z.boolean(),
    allows: Sizes,
    grants: z.object({ access: GrantSize.optional(), ai: GrantSize.optional() }),
  })
  .meta({ id: 'PolicyAnalysis' });

export const ComparisonQuery = z.strictObject({
  from: VersionParam,
  to: VersionParam,
  unspoken: z.enum(['apart', 'deny', 'allow']).default('apart'),
});

const Shown = z.object({ request: Request, first: Decision, second: Decision, text: z.string() });

export const PolicyComparison = z
  .object({
    policy: Name,
    from: VersionNumber,
    to: VersionNumber,
    relation: z.enum(['equivalent', 'first-more', 'second-more', 'incomparable']),
    /** A request that the first lets pass further than the second. */
    first: Shown.optional(),
    second: Shown.optional(),
    allows: z.object({ first: Sizes, second: Sizes }),
  })
  .meta({ id: 'PolicyComparison' });

/** `asset`: what somebody who holds it could reach, before and after. */
export const WhatIfQuery = z.strictObject({ asset: z.string().min(1).max(128).optional() });

const criticality = z.enum(['low', 'medium', 'high', 'critical']);
const Change = z.object({
  request: Request,
  before: Decision,
  after: Decision,
  determining: list(z.string()),
  count: z.int(),
  criticality: criticality.optional(),
  text: z.string(),
});
const Side = z.object({ connections: z.int(), hosts: list(z.string()), examples: list(Change) });
const AccessChange = Change.extend({ principal: z.string(), erring: list(z.object({ rule: z.string(), reason: z.string() })) });
const AccessSide = z.object({
  requests: z.int(),
  principals: list(z.object({ principal: z.string(), requests: z.int() })),
  examples: list(AccessChange),
});
/** `untold`: of which what is kept does not tell all that a rule asks for; on neither side. */
const AccessWhatIf = z
  .object({ requests: z.int(), untold: z.int(), wouldBlock: AccessSide, wouldAllow: AccessSide })
  .meta({ id: 'PolicyAccessWhatIf' });
const Reached = list(z.object({ asset: z.string(), hops: z.int(), criticality }));
const Radius = z.object({ reaches: Reached, reachedFrom: Reached, critical: z.int() });

export const PolicyWhatIf = z
  .object({
    policy: Name,
    version: VersionNumber,
    connections: z.int(),
    unreadable: z.int(),
    wouldBlock: Side,
    wouldAllow: Side,
    allows: z.object({ before: Sizes, after: Sizes }),
    /** Of requests of access and of models that points decided; absent where none was recorded. */
    access: AccessWhatIf.optional(),
    radius: z.object({ asset: z.string(), before: Radius, after: Radius, gained: list(z.string()), lost: list(z.string()) }).optional(),
  })
  .meta({ id: 'PolicyWhatIf' });

export const PolicyOptimised = z
  .object({
    policy: Name,
    version: VersionNumber,
    before: z.int(),
    after: z.int(),
    proof: z.literal('equivalent'),
    steps: list(z.object({ change: z.enum(['dropped', 'merged', 'moved']), rule: z.string(), rules: list(z.string()) })),
    document: PolicyDocument,
  })
  .meta({ id: 'PolicyOptimised' });

export const analysisRoutes = {
  'policies.analysis': {
    method: 'GET',
    path: '/v1/policy-analysis',
    access: 'policies:read',
    status: 200,
    summary:
      'Finds shadowed, redundant, conflicting and over-broad rules and unused names in the policies in force, or with a version in place.',
    query: AnalysisQuery,
    reply: PolicyAnalysis,
  },
  'policies.comparison': {
    method: 'GET',
    path: '/v1/policies/:policy/comparison',
    access: 'policies:read',
    status: 200,
    summary: 'Says which of two versions allows more, with a request for each direction in which they differ.',
    params: PolicyParams,
    query: ComparisonQuery,
    reply: PolicyComparison,
  },
  'policies.what-if': {
    method: 'GET',
    path: '/v1/policies/:policy/versions/:version/what-if',
    access: 'policies:read',
    status: 200,
    summary:
      'Replays recorded connections and access on the policies in force and on them with this version: who would be cut off, who let in.',
    params: PolicyVersionParams,
    query: WhatIfQuery,
    reply: PolicyWhatIf,
  },
  'policies.optimised': {
    method: 'GET',
    path: '/v1/policies/:policy/versions/:version/optimised',
    access: 'policies:read',
    status: 200,
    summary: 'The same in fewer rules, with the steps there and a proof that every request is decided alike.',
    params: PolicyVersionParams,
    reply: PolicyOptimised,
  },
} as const satisfies Record<string, RouteSpec>;
