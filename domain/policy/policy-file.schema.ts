/** The shape of a policy file, read into the model. Parsed and printed by policy-file.ts. */
import { element } from './element.ts';
import { z } from 'zod';
import { accessMatchSchema, accessRequestSchema, aiMatchSchema, aiRequestSchema } from './access/access.schema.ts';
import type { NetworkMatch, NetworkRule, Request, Rule, RuleEffect } from './model.ts';
import {
  accessRuleSchema,
  aiRuleSchema,
  documentShape,
  exceptionSchema,
  exceptSchema,
  matchSchema,
  requestSchema,
  ruleSchema,
} from './policy.schema.ts';

/** "only": a claim is about where things go, so that the rest may be left out. */
const claimSchema = z.strictObject({
  ...matchSchema.shape,
  from: matchSchema.shape.from.default('any'),
  service: matchSchema.shape.service.default('any'),
});

const effectSchema = z
  .strictObject({ allow: matchSchema.optional(), deny: matchSchema.optional(), claim: claimSchema.optional() })
  .transform((effects, context) => {
    const given = Object.entries(effects).filter(([, match]) => match !== undefined) as [RuleEffect, NetworkMatch][];
    if (given.length === 1) return { effect: element(given, 0)[0], match: element(given, 0)[1] };
    context.addIssue({ code: 'custom', message: 'exactly one of allow, deny, claim' });
    return z.NEVER;
  });

const networkFileRule = z
  .strictObject({
    id: ruleSchema.shape.id,
    requirement: ruleSchema.shape.requirement,
    network: effectSchema,
    exception: exceptionSchema.optional(),
    except: z.union([exceptSchema.transform((except) => [except]), z.array(exceptSchema).max(64)]).optional(),
  })
  .transform(({ id, requirement, network, except, exception }): NetworkRule => ({
    kind: 'network',
    id,
    requirement,
    ...network,
    ...(except === undefined ? {} : { except }),
    ...(exception === undefined ? {} : { exception }),
  }));

/** One thing may stand without its list. */
function oneOrMore(list: z.ZodType<readonly string[], readonly string[]>) {
  return z.preprocess((given) => (typeof given === 'string' ? [given] : given), list);
}

const { principals, actions, resources } = accessMatchSchema.shape;

const accessWords = { principals: oneOrMore(principals), actions: oneOrMore(actions), resources: oneOrMore(resources) };

const fileAccessMatch = z.strictObject({ ...accessMatchSchema.shape, ...accessWords });

const fileAccessClaim = fileAccessMatch.extend({
  principals: accessWords.principals.default(['any']),
  actions: accessWords.actions.default(['any']),
});

const aiWords = { principals: oneOrMore(principals), models: oneOrMore(aiMatchSchema.shape.models) };

const fileAiMatch = z.strictObject({ ...aiMatchSchema.shape, ...aiWords });

const fileAiClaim = fileAiMatch.extend({ principals: aiWords.principals.default(['any']) });

/** `allow`, `deny` or `claim` over what it matches. */
function effectOf<Match extends z.ZodType, Claim extends z.ZodType>(match: Match, claim: Claim) {
  return z
    .strictObject({ allow: match.optional(), deny: match.optional(), claim: claim.optional() })
    .transform((effects, context): { readonly effect: RuleEffect; readonly match: z.output<Match> } => {
      const given = Object.entries(effects).filter(([, each]) => each !== undefined) as [RuleEffect, z.output<Match>][];
      const [only] = given;
      if (only !== undefined && given.length === 1) return { effect: only[0], match: only[1] };
      context.addIssue({ code: 'custom', message: 'exactly one of allow, deny, claim' });
      return z.NEVER;
    });
}

const head = { id: ruleSchema.shape.id, requirement: ruleSchema.shape.requirement, exception: exceptionSchema.optional() };

const accessFileRule = z.strictObject({
  ...head,
  access: effectOf(fileAccessMatch, fileAccessClaim),
  except: accessRuleSchema.shape.except,
});

const aiFileRule = z.strictObject({ ...head, ai: effectOf(fileAiMatch, fileAiClaim), except: aiRuleSchema.shape.except });

/** By the kind that is there, so that a fault is told of that kind's rules. */
const fileRuleSchema = z.unknown().transform((value, context): Rule => {
  const kinds = ['access', 'ai'].filter((kind) => typeof value === 'object' && value !== null && kind in value);
  const read =
    kinds[0] === 'access'
      ? accessFileRule.safeParse(value)
      : kinds[0] === 'ai'
        ? aiFileRule.safeParse(value)
        : networkFileRule.safeParse(value);
  if (read.success) return ruleOf(read.data);
  for (const issue of read.error.issues) context.addIssue({ ...issue, input: value } as Parameters<typeof context.addIssue>[0]);
  return z.NEVER;
});

type FileRule = NetworkRule | z.output<typeof accessFileRule> | z.output<typeof aiFileRule>;

function ruleOf(rule: FileRule): Rule {
  if ('kind' in rule) return rule;
  if ('access' in rule) {
    const { access, ...rest } = rule;
    return { kind: 'access', ...rest, ...access };
  }
  const { ai, ...rest } = rule;
  return { kind: 'ai', ...rest, ...ai };
}

const fileRequestSchema = z
  .strictObject({
    network: requestSchema.omit({ kind: true }).optional(),
    access: accessRequestSchema.omit({ kind: true }).optional(),
    ai: aiRequestSchema.omit({ kind: true }).optional(),
  })
  .transform(({ network, access, ai }, context): Request => {
    if (network !== undefined && access === undefined && ai === undefined) return { kind: 'network', ...network };
    if (access !== undefined && network === undefined && ai === undefined) return { kind: 'access', ...access };
    if (ai !== undefined && network === undefined && access === undefined) return { kind: 'ai', ...ai };
    context.addIssue({ code: 'custom', message: 'exactly one of network, access, ai' });
    return z.NEVER;
  });

const shape = documentShape(fileRuleSchema, fileRequestSchema);

/** A reading's meaning may be left out: its answer says it. */
const questionSchema = shape.questions.element;
const readingSchema = questionSchema.shape.readings.element;
const fileQuestionSchema = questionSchema.extend({
  readings: z.array(readingSchema.extend({ meaning: readingSchema.shape.meaning.default('') })).max(100),
});

export const policyFileSchema = z.strictObject({
  ...shape,
  controls: shape.controls.default([]),
  rules: shape.rules.default([]),
  questions: z.array(fileQuestionSchema).max(1_000).default([]),
  tests: shape.tests.default([]),
});

/** The same form for editors, in which a rule is of one of the kinds. */
export const policyFileForm = policyFileSchema.extend({
  rules: z
    .array(z.union([networkFileRule, accessFileRule, aiFileRule]))
    .max(20_000)
    .default([]),
});
