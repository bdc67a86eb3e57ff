/** Policies: from a sentence to a version in force. */
import { z } from 'zod';
import { accessRequestSchema, aiRequestSchema } from '../../domain/policy/access/access.schema.ts';
import type { Attributes, Entity } from '../../domain/policy/access/entity.ts';
import type { AccessExcept, AccessMatch, AiExcept, AiMatch } from '../../domain/policy/access/model.ts';
import { directions, states } from '../../domain/policy/request/flow.ts';
import { protocolSchema } from '../../domain/policy/policy.schema.ts';
import { PageQuery, pageOf } from './page.ts';
import { Digest, JsonMap, list, Name, Time, VersionNumber, VersionParam } from './values.ts';
import { PointTarget } from './point-target.ts';
import type { RouteSpec } from './route.ts';

export const PolicyState = z.enum(['draft', 'in-review', 'approved', 'distributing', 'enforced', 'revising', 'retired']);
export const Decision = z.enum(['allow', 'deny', 'not-applicable']);

const port = z.int().min(0).max(65_535);
const octet = z.int().min(0).max(255);
const address = z.union([z.ipv4(), z.ipv6()]);
const networkRequest = {
  kind: z.literal('network'),
  from: address,
  to: address,
  protocol: protocolSchema,
  port,
  sourcePort: port.optional(),
  icmpType: octet.optional(),
  icmpCode: octet.optional(),
  direction: z.enum(directions).optional(),
  state: z.enum(states).optional(),
  at: Time.optional(),
};
/** What a rule decides on. */
const NetworkRequest = z.object(networkRequest).meta({ id: 'NetworkRequest' });

/** Shown as it was written; what may be written is the policy file's. */
function shown<T>(): z.ZodType<T> {
  return z.record(z.string(), z.unknown()) as unknown as z.ZodType<T>;
}

const circumstances = {
  context: shown<Attributes>().optional(),
  from: z.string().optional(),
  entities: list(shown<Entity>()).optional(),
  at: z.string().optional(),
};

/** Who wants to do what, on what. Entities are `type:id`. */
const AccessRequest = z
  .object({ kind: z.literal('access'), principal: z.string(), action: z.string(), resource: z.string(), ...circumstances })
  .meta({ id: 'AccessRequest' });

const AiRequest = z
  .object({
    kind: z.literal('ai'),
    principal: z.string(),
    model: z.string(),
    purpose: z.string().optional(),
    dataClasses: list(z.string()).optional(),
    tools: list(z.string()).optional(),
    ...circumstances,
  })
  .meta({ id: 'AiRequest' });

export const Request = z.discriminatedUnion('kind', [NetworkRequest, AccessRequest, AiRequest]).meta({ id: 'Request' });
/** As it is asked: unknown keys are refused. */
export const RequestInput = z.discriminatedUnion('kind', [z.strictObject(networkRequest), accessRequestSchema, aiRequestSchema]);
export type RequestInput = z.input<typeof RequestInput>;

const selector = z.string().min(1).max(256);
const Exception = z.object({ owner: z.string(), reason: z.string(), until: Time }).meta({ id: 'PolicyException' });

/** `permanent`: what was to end is there without an end; `removed`: it is gone; `changed`: another owner or reason. */
export const ExceptionChange = z
  .object({
    policy: Name,
    rule: Name,
    part: z.enum(['rule', 'except']),
    change: z.enum(['added', 'removed', 'extended', 'shortened', 'permanent', 'changed']),
    before: Exception.optional(),
    after: Exception.optional(),
    text: z.string(),
  })
  .meta({ id: 'PolicyExceptionChange' });
export type ExceptionChange = z.infer<typeof ExceptionChange>;

const NetworkRule = z
  .object({
    kind: z.literal('network'),
    id: Name,
    requirement: z.string(),
    effect: z.enum(['allow', 'deny', 'claim']),
    match: z.object({
      from: selector,
      to: selector,
      service: selector,
      sourcePorts: selector.optional(),
      direction: z.enum(directions).optional(),
      state: list(z.enum(states)).optional(),
    }),
    except: list(
      z.object({
        from: selector.optional(),
        to: selector.optional(),
        service: selector.optional(),
        during: selector.optional(),
        exception: Exception.optional(),
      }),
    ).optional(),
    exception: Exception.optional(),
  })
  .meta({ id: 'NetworkRule' });

const ruleHead = { id: Name, requirement: z.string(), effect: z.enum(['allow', 'deny', 'claim']), exception: Exception.optional() };

/** What it matches is written as in a policy file. */
const AccessRule = z
  .object({ kind: z.literal('access'), ...ruleHead, match: shown<AccessMatch>(), except: list(shown<AccessExcept>()).optional() })
  .meta({ id: 'AccessRule' });

const AiRule = z
  .object({ kind: z.literal('ai'), ...ruleHead, match: shown<AiMatch>(), except: list(shown<AiExcept>()).optional() })
  .meta({ id: 'AiRule' });

export const Rule = z.discriminatedUnion('kind', [NetworkRule, AccessRule, AiRule]).meta({ id: 'Rule' });

export const Question = z
  .object({
    id: z.string(),
    about: z.string(),
    text: z.string(),
    span: z.object({ start: z.int(), end: z.int() }).optional(),
    readings: list(
      z.object({
        answer: z.string(),
        meaning: z.string(),
        request: Request.optional(),
        decision: Decision.optional(),
        rules: list(Rule).optional(),
      }),
    ),
    answered: z.object({ answer: z.string(), by: z.string(), at: Time }).optional(),
  })
  .meta({ id: 'Question' });

export const PolicyDocument = z
  .object({
    policy: Name,
    title: z.string(),
    owner: z.string(),
    controls: list(z.string()),
    requirements: list(z.object({ id: z.string(), text: z.string() })),
    rules: list(Rule),
    questions: list(Question),
    tests: list(z.object({ name: z.string(), request: Request, decision: Decision, by: list(z.string()).optional() })),
    /** The most that the rules may allow: of the network logarithms to base 2 of requests, else grants, counted. */
    budget: z
      .object({ ipv4: z.number().optional(), ipv6: z.number().optional(), access: z.int().optional(), ai: z.int().optional() })
      .optional(),
  })
  .meta({ id: 'PolicyDocument' });
export type PolicyDocument = z.infer<typeof PolicyDocument>;

export const Loss = z
  .object({
    target: z.string(),
    rule: z.string(),
    reason: z.string(),
    witness: Request,
    direction: z.enum(['over-permits', 'under-permits']),
  })
  .meta({ id: 'Loss' });
export const Compilation = z.object({ target: z.string(), artifact: Digest, losses: list(Loss) }).meta({ id: 'Compilation' });
export const Proof = z
  .object({ target: z.string(), artifact: Digest, equal: z.boolean(), detail: JsonMap, at: Time })
  .meta({ id: 'Proof' });

export const PolicySummary = z
  .object({
    policy: Name,
    state: PolicyState,
    /** The version that is being worked on. */
    draft: VersionNumber.optional(),
    /** The version in force. */
    enforced: VersionNumber.optional(),
    author: z.string(),
    /** Why review sent it back. */
    reason: z.string().optional(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'PolicySummary' });
export type PolicySummary = z.infer<typeof PolicySummary>;

export const PolicyVersionSummary = z
  .object({
    version: VersionNumber,
    digest: Digest,
    status: z.enum(['draft', 'approved', 'superseded']),
    author: z.string(),
    createdAt: Time,
  })
  .meta({ id: 'PolicyVersionSummary' });

export type PolicyVersionSummary = z.infer<typeof PolicyVersionSummary>;

export const PolicyVersion = PolicyVersionSummary.extend({
  policy: Name,
  document: PolicyDocument,
  compilations: list(Compilation),
  proofs: list(Proof),
  whatIf: JsonMap.optional(),
}).meta({ id: 'PolicyVersion' });
export type PolicyVersion = z.infer<typeof PolicyVersion>;

/** `current` is the version being worked on, else the one in force. */
export const PolicyDetail = PolicySummary.extend({ versions: list(PolicyVersionSummary), current: PolicyVersion }).meta({
  id: 'PolicyDetail',
});
export type PolicyDetail = z.infer<typeof PolicyDetail>;

export const PolicyPage = pageOf(PolicySummary).meta({ id: 'PolicyPage' });

export const PolicyParams = z.strictObject({ policy: Name });
export const PolicyVersionParams = z.strictObject({ policy: Name, version: VersionParam });
export const ArtifactParams = z.strictObject({ policy: Name, version: VersionParam, target: PointTarget });
/** `live`: not retired. `in-force`: one of its versions is. */
export const PolicyListQuery = PageQuery.extend({ state: z.enum([...PolicyState.options, 'live', 'in-force']).optional() });

/** `requirement` is plain English, one sentence or more. `policy` names the policy to make or to revise; made from the text where absent. */
export const DraftRequest = z.strictObject({
  requirement: z.string().min(1).max(64_000),
  policy: Name.optional(),
  title: z.string().min(1).max(200).optional(),
  owner: z.string().min(1).max(128).optional(),
  controls: z.array(z.string().min(1).max(128)).max(64).optional(),
});
export type DraftRequest = z.infer<typeof DraftRequest>;

/** `complete: false` (202): the stages are still running; ask again, or watch the run. */
export const DraftReply = z
  .object({
    policy: Name,
    version: VersionNumber,
    state: PolicyState,
    complete: z.boolean(),
    document: PolicyDocument,
    /** The questions that are still open. */
    questions: list(Question),
    runs: list(z.object({ run: z.string(), playbook: z.string(), status: z.string(), outcome: z.string().optional() })),
  })
  .meta({ id: 'DraftReply' });
export type DraftReply = z.infer<typeof DraftReply>;

export const AnswerRequest = z.strictObject({ question: z.string().min(1).max(128), answer: z.string().min(1).max(500) });
export type AnswerRequest = z.infer<typeof AnswerRequest>;

/** `acceptLosses`: ids of the rules whose losses are accepted. */
export const SubmitRequest = z.strictObject({ acceptLosses: z.array(Name).max(10_000).optional() });
export const SubmitReply = z
  .object({ policy: Name, version: VersionNumber, state: PolicyState, run: z.string() })
  .meta({ id: 'SubmitReply' });
export type SubmitReply = z.infer<typeof SubmitReply>;

export const DiffQuery = z.strictObject({ from: VersionParam, to: VersionParam });
/** Semantic: requests that the two versions decide differently, and what became of each rule. */
export const PolicyDiff = z
  .object({
    policy: Name,
    from: VersionNumber,
    to: VersionNumber,
    equal: z.boolean(),
    changes: list(z.object({ witness: Request, from: Decision, to: Decision, text: z.string() })),
    /** `widened`: the rule matches more than before; `narrowed`: less; `changed`: both, or another effect. */
    rules: list(z.object({ rule: z.string(), change: z.enum(['added', 'removed', 'widened', 'narrowed', 'changed']) })),
    /** A later end decides nothing otherwise today. */
    exceptions: list(ExceptionChange),
  })
  .meta({ id: 'PolicyDiff' });
export type PolicyDiff = z.infer<typeof PolicyDiff>;

export const Artifact = z
  .object({ target: z.string(), digest: Digest, files: z.record(z.string(), z.string()), sizeBytes: z.int() })
  .meta({ id: 'Artifact' });

/** A connection, an access, or a use of a model: decided by the versions in force, with the reason. */
export const DecideRequest = z.strictObject({ request: RequestInput });
export const DecideReply = z
  .object({
    decision: Decision,
    determining: list(z.string()),
    erring: list(z.object({ rule: z.string(), reason: z.string() })),
    policies: list(z.object({ policy: Name, version: VersionNumber, digest: Digest })),
  })
  .meta({ id: 'DecideReply' });
export type DecideReply = z.infer<typeof DecideReply>;

export const policyRoutes = {
  'policies.draft': {
    method: 'POST',
    path: '/v1/policies/draft',
    access: 'policies:write',
    status: 201,
    otherStatus: [202],
    summary: 'Drafts a policy from requirements in plain English, and checks it against the context.',
    body: DraftRequest,
    reply: DraftReply,
  },
  'policies.list': {
    method: 'GET',
    path: '/v1/policies',
    access: 'policies:read',
    status: 200,
    summary: 'Lists the policies.',
    query: PolicyListQuery,
    reply: PolicyPage,
  },
  'policies.get': {
    method: 'GET',
    path: '/v1/policies/:policy',
    access: 'policies:read',
    status: 200,
    summary: 'Shows a policy with its versions, and the current one with artifacts, losses, proofs and what-if.',
    params: PolicyParams,
    reply: PolicyDetail,
  },
  'policies.version': {
    method: 'GET',
    path: '/v1/policies/:policy/versions/:version',
    access: 'policies:read',
    status: 200,
    summary: 'Shows one version of a policy.',
    params: PolicyVersionParams,
    reply: PolicyVersion,
  },
  'policies.artifact': {
    method: 'GET',
    path: '/v1/policies/:policy/versions/:version/artifacts/:target',
    access: 'policies:read',
    status: 200,
    summary: 'Shows what a version compiled to for one target.',
    params: ArtifactParams,
    reply: Artifact,
  },
  'policies.diff': {
    method: 'GET',
    path: '/v1/policies/:policy/diff',
    access: 'policies:read',
    status: 200,
    summary: 'Compares two versions by what they decide, with a witness request for each difference.',
    params: PolicyParams,
    query: DiffQuery,
    reply: PolicyDiff,
  },
  'policies.answer': {
    method: 'POST',
    path: '/v1/policies/:policy/answers',
    access: 'policies:write',
    status: 200,
    summary: 'Answers an open question of the draft.',
    params: PolicyParams,
    body: AnswerRequest,
    reply: DraftReply,
  },
  'policies.submit': {
    method: 'POST',
    path: '/v1/policies/:policy/submit',
    access: 'policies:write',
    status: 202,
    summary: 'Hands the draft in: it is compiled, proved and sent to review.',
    params: PolicyParams,
    body: SubmitRequest,
    reply: SubmitReply,
  },
  decide: {
    method: 'POST',
    path: '/v1/decide',
    access: 'decisions:ask',
    status: 200,
    summary: 'Decides a request by the policies in force, and names the rules that determined it.',
    body: DecideRequest,
    reply: DecideReply,
  },
} as const satisfies Record<string, RouteSpec>;
