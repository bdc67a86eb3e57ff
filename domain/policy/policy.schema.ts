/** What may come in as a policy. Shapes only: whether names are known and tests pass is validate.ts's. Unknown keys are refused. */
import { element } from './element.ts';
import { z } from 'zod';
import {
  accessExceptSchema,
  accessMatchSchema,
  accessRequestSchema,
  aiExceptSchema,
  aiMatchSchema,
  aiRequestSchema,
} from './access/access.schema.ts';
import { EdictError } from '../errors.ts';
import { directions, states } from './request/flow.ts';
import type { Policy } from './model.ts';
import { type ProtocolName, protocolNumbers } from './service-selector.ts';

const id = z.string().regex(/^[a-z0-9-]{1,64}$/, 'letters a–z, digits and `-`, at most 64');
const word = z.string().min(1).max(200);
const sentence = z.string().max(10_000);

export const decisionSchema = z.enum(['allow', 'deny', 'not-applicable']);

export const protocolSchema = z.union([
  z.enum([...(Object.keys(protocolNumbers) as ProtocolName[]), 'other']),
  z.templateLiteral(['proto/', z.int().min(0).max(255)]),
]);

const portNumber = z.int().min(0).max(65_535);
const octet = z.int().min(0).max(255);

export const requestSchema = z.strictObject({
  kind: z.literal('network'),
  from: word,
  to: word,
  protocol: protocolSchema,
  port: portNumber,
  sourcePort: portNumber.optional(),
  icmpType: octet.optional(),
  icmpCode: octet.optional(),
  direction: z.enum(directions).optional(),
  state: z.enum(states).optional(),
  at: word.optional(),
});

/** RFC 3339; whether it is a day that there is, validate.ts says. */
export const exceptionSchema = z.strictObject({ owner: word, reason: sentence.min(1), until: z.iso.datetime({ offset: true }) });

export const exceptSchema = z
  .strictObject({
    from: word.optional(),
    to: word.optional(),
    service: word.optional(),
    during: word.optional(),
    exception: exceptionSchema.optional(),
  })
  .refine(
    ({ from, to, service, during }) => [from, to, service, during].some((value) => value !== undefined),
    'at least one of from, to, service, during: an empty exception undoes its rule',
  );

export const matchSchema = z.strictObject({
  from: word,
  to: word,
  service: word,
  sourcePorts: word.optional(),
  direction: z.enum(directions).optional(),
  state: z.array(z.enum(states)).min(1).max(states.length).optional(),
});

/** Each exception costs every decision that the rule is part of. */
const exceptsSchema = z.array(exceptSchema).max(64);

export const ruleSchema = z.strictObject({
  id,
  requirement: id,
  effect: z.enum(['allow', 'deny', 'claim']),
  kind: z.literal('network'),
  match: matchSchema,
  except: exceptsSchema.optional(),
  exception: exceptionSchema.optional(),
});

const ruleHead = { id, requirement: id, effect: z.enum(['allow', 'deny', 'claim']), exception: exceptionSchema.optional() };

export const accessRuleSchema = z.strictObject({
  ...ruleHead,
  kind: z.literal('access'),
  match: accessMatchSchema,
  except: z.array(accessExceptSchema(exceptionSchema)).max(64).optional(),
});

export const aiRuleSchema = z.strictObject({
  ...ruleHead,
  kind: z.literal('ai'),
  match: aiMatchSchema,
  except: z.array(aiExceptSchema(exceptionSchema)).max(64).optional(),
});

const anyRuleSchema = z.discriminatedUnion('kind', [ruleSchema, accessRuleSchema, aiRuleSchema]);

const anyRequestSchema = z.discriminatedUnion('kind', [requestSchema, accessRequestSchema, aiRequestSchema]);

const answeredSchema = z.strictObject({ answer: sentence, by: word, at: word });

const spanSchema = z.strictObject({ start: z.int().min(0), end: z.int().min(0) });

/** A logarithm to base 2; no request space of ours is larger. */
const bits = z.number().min(0).max(512);
/** Who may do what on what, counted. */
const grants = z.int().min(0).max(1_000_000_000);

/** The parts that the model and the file share, over each form's own rules and requests. */
export function documentShape<Rule extends z.ZodType, Request extends z.ZodType>(rule: Rule, request: Request) {
  const reading = z.strictObject({
    answer: sentence,
    meaning: sentence,
    request: request.optional(),
    decision: decisionSchema.optional(),
    rules: z.array(rule).max(1_000).optional(),
  });
  const question = z.strictObject({
    id,
    about: id,
    text: sentence,
    span: spanSchema.optional(),
    readings: z.array(reading).max(100),
    answered: answeredSchema.optional(),
  });
  const test = z.strictObject({ name: sentence, request, decision: decisionSchema, by: z.array(word).max(100).optional() });
  return {
    policy: id,
    title: z.string().max(1_000),
    owner: z.string().max(200),
    controls: z.array(z.string().regex(/^[a-z0-9.-]+:[A-Za-z0-9.()-]+$/, '`<catalogue>:<control>`')).max(1_000),
    requirements: z.array(z.strictObject({ id, text: sentence })).max(10_000),
    rules: z.array(rule).max(20_000),
    questions: z.array(question).max(1_000),
    tests: z.array(test).max(10_000),
    budget: z.strictObject({ ipv4: bits.optional(), ipv6: bits.optional(), access: grants.optional(), ai: grants.optional() }).optional(),
  };
}

export const policySchema = z.strictObject(documentShape(anyRuleSchema, anyRequestSchema));

/** Throws `policy-invalid` with the JSON pointer of the first fault. */
export function parsePolicy(value: unknown): Policy {
  return parseBy(policySchema, value);
}

export function parseBy<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  locate: (path: readonly PropertyKey[]) => string = pointer,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues;
  const first = element(issues, 0);
  const more = issues.length > 1 ? `, and ${issues.length - 1} more` : '';
  throw new EdictError('policy-invalid', `${first.message.toLowerCase()} at \`${pointer(first.path)}\`${more}`, {
    where: locate(first.path),
  });
}

function pointer(path: readonly PropertyKey[]): string {
  return `/${path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
}
