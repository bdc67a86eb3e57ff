/** The shape of a policy file, read into the model. Parsed and printed by policy-file.ts. */
import { element } from './element.ts';
import { z } from 'zod';
import type { NetworkMatch, NetworkRequest, NetworkRule, RuleEffect } from './model.ts';
import { documentShape, exceptionSchema, exceptSchema, matchSchema, requestSchema, ruleSchema } from './policy.schema.ts';

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

const fileRuleSchema = z
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

const fileRequestSchema = z
  .strictObject({ network: requestSchema.omit({ kind: true }) })
  .transform(({ network }): NetworkRequest => ({ kind: 'network', ...network }));

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
