/**
 * Access rules: who may do what on which resource, and when. Plain readonly data.
 *
 * A rule matches where its principals, actions and resources hold the request's, each condition is true, and no exception applies. A
 * condition may err (an attribute that it needs is not there, or of another type). What is false decides first: a rule with a false
 * condition does not match, whatever else errs; else a rule with an erring condition errs, and that denies. The order of conditions
 * never matters.
 */
import type { AddressSelector, Exception, RuleEffect, TimeWindow } from '../model.ts';
import type { Attributes, Entity } from './entity.ts';
import type { Expression } from './expression.ts';

/**
 * Names a set of entities. `any`; `type:*`: all of a type; `type:id`: that entity and all that is in it (a group's members, a
 * folder's documents); `=type:id`: that entity alone; `type:report-*`: those of a type whose ids are so (`*` is any text). An id
 * that holds `*`, or begins with `:` or `"`, is written as a JSON string: `type:"*"`.
 *
 * A selector of actions may leave out the type, `Action`: `read`, `s3:Get*`.
 */
export type EntitySelector = string;

/** All of the parts that are given hold. */
export type AccessCondition = {
  /** `context.mfa` is this. */
  readonly mfa?: boolean | undefined;
  /** `context.deviceManaged` and `context.deviceCompliant` are this. */
  readonly device?: { readonly managed?: boolean | undefined; readonly compliant?: boolean | undefined } | undefined;
  /** `context.country` is one of them: ISO 3166-1 codes, two letters. */
  readonly countries?: readonly string[] | undefined;
  /** Where the request comes from is in one of them. */
  readonly from?: readonly AddressSelector[] | undefined;
  readonly during?: TimeWindow | undefined;
  /** `context.purpose` is one of them. */
  readonly purposes?: readonly string[] | undefined;
  /** The resource names the principal, or a group that it is in, in one of these attributes: `owner`, `members`. Where it has none, nobody is. */
  readonly relationship?: readonly string[] | undefined;
  readonly attributes?: readonly AttributeTest[] | undefined;
  readonly expression?: Expression | undefined;
};

export type Constant = boolean | number | string | { readonly entity: string };

/** Exactly one test. */
export type AttributeTest = {
  /** `principal.department`, `resource.owner.team`, `context.ticket`. */
  readonly attribute: string;
  readonly is?: Constant | readonly Constant[] | undefined;
  readonly isNot?: Constant | readonly Constant[] | undefined;
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
  /** `*` is any text. */
  readonly like?: string | undefined;
  /** It is a list that holds this. */
  readonly contains?: Constant | undefined;
  /** Another attribute has the same value. */
  readonly equals?: string | undefined;
  readonly present?: boolean | undefined;
};

export type AccessScope = {
  readonly principals?: readonly EntitySelector[] | undefined;
  readonly actions?: readonly EntitySelector[] | undefined;
  readonly resources?: readonly EntitySelector[] | undefined;
};

/** A request that it matches is not matched by the rule. Absent parts match everything. */
export type AccessExcept = AccessScope & { readonly when?: AccessCondition | undefined; readonly exception?: Exception | undefined };

export type AccessMatch = {
  readonly principals: readonly EntitySelector[];
  readonly actions: readonly EntitySelector[];
  readonly resources: readonly EntitySelector[];
  readonly when?: AccessCondition | undefined;
};

/**
 * Who may use which model, for what, with which data and tools. Of data and tools, an `allow` matches where *all* that the request
 * uses is named; a `deny` or `claim` where *any* is. A request that does not say what it uses errs where a rule asks.
 */
export type AiMatch = {
  readonly principals: readonly EntitySelector[];
  /** `gpt-x` is `model:gpt-x`. */
  readonly models: readonly EntitySelector[];
  readonly purposes?: readonly string[] | undefined;
  readonly dataClasses?: readonly string[] | undefined;
  readonly tools?: readonly string[] | undefined;
  readonly when?: AccessCondition | undefined;
};

export type AiExcept = {
  readonly principals?: readonly EntitySelector[] | undefined;
  readonly models?: readonly EntitySelector[] | undefined;
  readonly when?: AccessCondition | undefined;
  readonly exception?: Exception | undefined;
};

type RuleBase = {
  readonly id: string;
  readonly requirement: string;
  readonly effect: RuleEffect;
  readonly exception?: Exception | undefined;
};

export type AccessRule = RuleBase & {
  readonly kind: 'access';
  readonly match: AccessMatch;
  readonly except?: readonly AccessExcept[] | undefined;
};

export type AiRule = RuleBase & {
  readonly kind: 'ai';
  readonly match: AiMatch;
  readonly except?: readonly AiExcept[] | undefined;
};

/** Entities in text as `type:id`. */
export type AccessRequest = {
  readonly kind: 'access';
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** Conditions read `mfa`, `deviceManaged`, `deviceCompliant`, `country`, `purpose`, and any other by its name. */
  readonly context?: Attributes | undefined;
  /** The address that it comes from, `context.address`. */
  readonly from?: string | undefined;
  /** What is known of entities for this request: takes the place of what the inventory says of the same. */
  readonly entities?: readonly Entity[] | undefined;
  /** RFC 3339 instant; needed only where a rule has a time window. */
  readonly at?: string | undefined;
};

export type AiRequest = {
  readonly kind: 'ai';
  readonly principal: string;
  /** `gpt-x`, or `model:gpt-x`. */
  readonly model: string;
  readonly purpose?: string | undefined;
  readonly dataClasses?: readonly string[] | undefined;
  readonly tools?: readonly string[] | undefined;
  readonly context?: Attributes | undefined;
  readonly from?: string | undefined;
  readonly entities?: readonly Entity[] | undefined;
  readonly at?: string | undefined;
};
