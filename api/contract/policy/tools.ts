/** The tools of the policy core on the server, with its inventory: compile, prove, test, import. Their replies are what `edict policy … --json` prints. */
import { z } from 'zod';
import type { Policy } from '../../../domain/policy/model.ts';
import { policySchema } from '../../../domain/policy/policy.schema.ts';
import { Artifact, Decision, Loss, PolicyDocument, Request } from '../policies.ts';
import type { RouteSpec } from '../route.ts';
import { Digest, list, Name, VersionNumber } from '../values.ts';

/** Of policies as whole documents, of artifacts, and of configurations that are read in. */
export const toolLimitBytes = 8 * 1024 * 1024;

const document: z.ZodType<Policy> = policySchema;
const documents = z.array(document).min(1).max(1_000);

type Subject = { readonly documents?: unknown; readonly policy?: unknown; readonly version?: unknown };

/** `documents` alone, or a version: it is then read together with the other policies in force, exceptions that have ended left out. */
const isOneSubject = ({ documents: given, policy, version }: Subject) =>
  given === undefined ? policy !== undefined && version !== undefined : policy === undefined && version === undefined;
const oneSubject = '`documents`, or `policy` and `version`';

const subject = { documents: documents.optional(), policy: Name.optional(), version: VersionNumber.optional() };
/** Any that compilers are there for; `target-unknown` names them. */
const target = z.string().min(1).max(64);

export const CompileRequest = z.strictObject({ ...subject, target }).refine(isOneSubject, oneSubject);
export const CompileReply = z
  .object({
    artifact: Artifact,
    losses: list(Loss),
    /** Rules of kinds that the target does not hold. */
    leftOut: list(z.string()),
  })
  .meta({ id: 'PolicyCompiled' });
export type CompileReply = z.infer<typeof CompileReply>;

/** `files`: an artifact by the names that its compiler gives them; compiled anew where absent. `exact`: what the target cannot express counts too. */
export const ProveRequest = z
  .strictObject({
    ...subject,
    target,
    files: z.record(z.string().min(1).max(200), z.string()).optional(),
    exact: z.boolean().default(false),
  })
  .refine(isOneSubject, oneSubject);
const difference = { request: Request, expected: Decision, actual: Decision, text: z.string() };
export const ProveReply = z
  .object({
    target: z.string(),
    artifact: Digest,
    equal: z.boolean(),
    /** Boxes of requests that were compared. */
    classes: z.int(),
    /** Present exactly when not equal. */
    counterExample: z.object(difference).optional(),
    /** For each declared loss that really shows, a request that shows it. */
    withinLosses: list(z.object({ ...difference, rule: z.string(), direction: z.enum(['over-permits', 'under-permits']) })),
  })
  .meta({ id: 'PolicyProved' });
export type ProveReply = z.infer<typeof ProveReply>;

/** The tests that are kept with policies: each policy's own, on that policy alone. */
export const TestRequest = z.strictObject(subject).refine(isOneSubject, oneSubject);
const TestResult = z.object({
  name: z.string(),
  passed: z.boolean(),
  expected: Decision,
  actual: Decision,
  determining: list(z.string()),
  reason: z.string().optional(),
});
export const TestReply = z
  .object({ policies: list(z.object({ policy: Name, tests: list(TestResult) })), passed: z.boolean() })
  .meta({ id: 'PolicyTested' });
export type TestReply = z.infer<typeof TestReply>;

/** `text`: a configuration as it is in force. `dry-run` shows the policy, `apply` takes it as the draft. */
export const ImportRequest = z.strictObject({
  mode: z.enum(['dry-run', 'apply']),
  /** Any that readers are there for; `input-invalid` names them. */
  from: z.string().min(1).max(64),
  text: z.string().max(toolLimitBytes),
  policy: Name,
  title: z.string().min(1).max(200).optional(),
  owner: z.string().min(1).max(128).optional(),
});
const place = { line: z.int(), text: z.string() };
export const ImportReply = z
  .object({
    mode: z.enum(['dry-run', 'apply']),
    policy: PolicyDocument,
    /** Lines of which nothing was made, and why. */
    unread: list(z.object({ ...place, reason: z.string() })),
    /** Lines that say what every policy takes for granted: what belongs to an allowed connection passes. */
    implied: list(z.object(place)),
    /** Why the policy could not be compared with what it was made of; else every request is decided as by the lines that were understood. */
    uncompared: z.string().optional(),
    /** The policy as a file. */
    text: z.string(),
    /** The version that it became, or is already. */
    version: VersionNumber.optional(),
  })
  .meta({ id: 'PolicyImported' });
export type ImportReply = z.infer<typeof ImportReply>;

export const toolRoutes = {
  'policies.compile': {
    method: 'POST',
    path: '/v1/policies/compile',
    access: 'policies:read',
    status: 200,
    summary: 'Compiles policies to a target, and says what it cannot express. Nothing is stored.',
    bodyLimitBytes: toolLimitBytes,
    body: CompileRequest,
    reply: CompileReply,
  },
  'policies.prove': {
    method: 'POST',
    path: '/v1/policies/prove',
    access: 'policies:read',
    status: 200,
    summary: 'Proves that an artifact decides as the policies say on every request, or gives a request on which it does not.',
    bodyLimitBytes: toolLimitBytes,
    body: ProveRequest,
    reply: ProveReply,
  },
  'policies.test': {
    method: 'POST',
    path: '/v1/policies/test',
    access: 'policies:read',
    status: 200,
    summary: 'Runs the tests that are kept with policies.',
    bodyLimitBytes: toolLimitBytes,
    body: TestRequest,
    reply: TestReply,
  },
  'policies.import': {
    method: 'POST',
    path: '/v1/policies/import',
    access: 'policies:write',
    status: 200,
    summary:
      'Reads what is in force elsewhere into a policy, says what was not understood by line, and takes it as the draft where asked to.',
    bodyLimitBytes: toolLimitBytes,
    body: ImportRequest,
    reply: ImportReply,
  },
} as const satisfies Record<string, RouteSpec>;
