/** What may come in as rules and requests of access and of AI models. Shapes only; unknown keys are refused. */
import { z } from 'zod';
import type { AttributeValue } from './entity.ts';
import { type Expression, functions, methods } from './expression.ts';

const word = z.string().min(1).max(200);
/** Ids of outside systems may be long, and hold anything. */
const name = z.string().max(2_000);
const selector = z.string().min(1).max(2_000);
const selectors = z.array(selector).min(1).max(10_000);
const words = z.array(word).min(1).max(1_000);

const uidSchema = z.strictObject({ type: word, id: name });

export const attributeValueSchema: z.ZodType<AttributeValue> = z.lazy(() =>
  z.union([
    z.boolean(),
    z.int(),
    z.string().max(100_000),
    z.array(attributeValueSchema).max(10_000),
    z.record(z.string(), attributeValueSchema),
  ]),
);

const attributesSchema = z.record(z.string(), attributeValueSchema);

export const entitySchema = z.strictObject({
  uid: uidSchema,
  attrs: attributesSchema.optional(),
  parents: z.array(uidSchema).max(10_000).optional(),
  tags: attributesSchema.optional(),
});

const constantSchema = z.union([z.boolean(), z.int(), z.string().max(10_000), z.strictObject({ entity: selector })]);

const attributeTestSchema = z
  .strictObject({
    attribute: z.string().regex(/^(principal|resource|context)(\.[^.]+)+$/, '`principal.…`, `resource.…` or `context.…`'),
    is: z.union([constantSchema, z.array(constantSchema).min(1).max(1_000)]).optional(),
    isNot: z.union([constantSchema, z.array(constantSchema).min(1).max(1_000)]).optional(),
    atLeast: z.int().optional(),
    atMost: z.int().optional(),
    like: z.string().max(1_000).optional(),
    contains: constantSchema.optional(),
    equals: word.optional(),
    present: z.boolean().optional(),
  })
  .refine(
    (test) => Object.values(test).filter((value) => value !== undefined).length === 2,
    'exactly one of is, isNot, atLeast, atMost, like, contains, equals, present',
  );

const part = z.lazy(() => expressionSchema);
const twoSided = [
  'equal',
  'not-equal',
  'less',
  'less-or-equal',
  'greater',
  'greater-or-equal',
  'in',
  'add',
  'subtract',
  'multiply',
  'and',
  'or',
] as const;

export const expressionSchema: z.ZodType<Expression> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({ op: z.literal('literal'), value: z.union([z.boolean(), z.int(), z.string()]) }),
    z.strictObject({ op: z.literal('long'), digits: z.string().regex(/^-?[0-9]{1,19}$/, 'a whole number') }),
    z.strictObject({ op: z.literal('entity'), uid: uidSchema }),
    z.strictObject({ op: z.literal('variable'), name: z.enum(['principal', 'action', 'resource', 'context']) }),
    z.strictObject({ op: z.enum(['not', 'negate', 'holds']), of: part }),
    z.strictObject({ op: z.enum(twoSided), left: part, right: part }),
    z.strictObject({ op: z.literal('if'), condition: part, yes: part, no: part }),
    z.strictObject({ op: z.enum(['has', 'get']), of: part, attribute: name }),
    z.strictObject({ op: z.literal('like'), of: part, pattern: z.array(z.union([z.string(), z.strictObject({ any: z.literal(true) })])) }),
    z.strictObject({ op: z.literal('is'), of: part, type: word }),
    z.strictObject({ op: z.literal('set'), items: z.array(part).max(10_000) }),
    z.strictObject({ op: z.literal('record'), fields: z.array(z.strictObject({ name, value: part })).max(1_000) }),
    z.strictObject({
      op: z.literal('call'),
      name: z.enum([...Object.keys(functions), ...Object.keys(methods)]),
      arguments: z.array(part).min(1).max(2),
    }),
  ]),
);

const someOf = (given: object): boolean => Object.values(given).some((value) => value !== undefined);

export const conditionSchema = z
  .strictObject({
    mfa: z.boolean().optional(),
    device: z
      .strictObject({ managed: z.boolean().optional(), compliant: z.boolean().optional() })
      .refine(someOf, 'at least one of managed, compliant')
      .optional(),
    countries: z
      .array(z.string().regex(/^[A-Z]{2}$/, 'two letters, as `CH`'))
      .min(1)
      .max(300)
      .optional(),
    from: words.optional(),
    during: word.optional(),
    purposes: words.optional(),
    relationship: words.optional(),
    attributes: z.array(attributeTestSchema).min(1).max(100).optional(),
    expression: expressionSchema.optional(),
  })
  .refine(someOf, 'at least one condition');

export const accessMatchSchema = z.strictObject({
  principals: selectors,
  actions: selectors,
  resources: selectors,
  when: conditionSchema.optional(),
});

export const aiMatchSchema = z.strictObject({
  principals: selectors,
  models: selectors,
  purposes: words.optional(),
  dataClasses: z.array(word).max(1_000).optional(),
  tools: z.array(word).max(1_000).optional(),
  when: conditionSchema.optional(),
});

/** An exception with nothing in it would undo its rule. */
const carves = (except: object): boolean => Object.entries(except).some(([key, value]) => key !== 'exception' && value !== undefined);

export function accessExceptSchema<Exception extends z.ZodType>(exception: Exception) {
  return z
    .strictObject({
      principals: selectors.optional(),
      actions: selectors.optional(),
      resources: selectors.optional(),
      when: conditionSchema.optional(),
      exception: exception.optional(),
    })
    .refine(carves, 'at least one of principals, actions, resources, when: an empty exception undoes its rule');
}

export function aiExceptSchema<Exception extends z.ZodType>(exception: Exception) {
  return z
    .strictObject({
      principals: selectors.optional(),
      models: selectors.optional(),
      when: conditionSchema.optional(),
      exception: exception.optional(),
    })
    .refine(carves, 'at least one of principals, models, when: an empty exception undoes its rule');
}

const circumstances = {
  context: attributesSchema.optional(),
  from: word.optional(),
  entities: z.array(entitySchema).max(10_000).optional(),
  at: word.optional(),
};

export const accessRequestSchema = z.strictObject({
  kind: z.literal('access'),
  principal: selector,
  action: selector,
  resource: selector,
  ...circumstances,
});

export const aiRequestSchema = z.strictObject({
  kind: z.literal('ai'),
  principal: selector,
  model: selector,
  purpose: word.optional(),
  dataClasses: z.array(word).max(1_000).optional(),
  tools: z.array(word).max(1_000).optional(),
  ...circumstances,
});
