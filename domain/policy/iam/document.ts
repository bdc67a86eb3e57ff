/**
 * AWS policy documents as data, after the "IAM JSON policy elements reference" (AWS IAM User Guide,
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html). Identity policies, resource policies, permission
 * boundaries and service control policies are all of this shape; what a kind of policy means is in evaluate.ts.
 */

/** `2008-10-17` knows no policy variables: `${aws:username}` is then text. */
export type IamVersion = '2008-10-17' | '2012-10-17';

export type IamDocument = {
  readonly version: IamVersion;
  readonly id?: string | undefined;
  readonly statements: readonly IamStatement[];
};

/** Texts, or everything but these. */
export type Listed<T = string> = {
  readonly not: boolean;
  readonly values: readonly T[];
  /** Of actions in policies of other clouds: not these, though the list holds them. */
  readonly but?: readonly T[] | undefined;
};

export type PrincipalType = 'AWS' | 'Service' | 'Federated' | 'CanonicalUser';

/** `*` of type AWS is everyone. */
export type PrincipalName = { readonly type: PrincipalType; readonly name: string };

export type IamStatement = {
  readonly sid?: string | undefined;
  readonly effect: 'allow' | 'deny';
  /** Absent in identity policies: whoever the policy is attached to. */
  readonly principal?: Listed<PrincipalName> | undefined;
  readonly action: Listed;
  /** Absent in trust policies and some resource policies: the resource that the policy is attached to. */
  readonly resource?: Listed | undefined;
  readonly conditions: readonly IamCondition[];
  /** A JSON pointer into the document. */
  readonly where: string;
};

export type IamCondition = {
  readonly operator: Operator;
  /** `ForAllValues:` and `ForAnyValue:`. */
  readonly quantifier?: 'all' | 'any' | undefined;
  readonly ifExists: boolean;
  /** In lower case: keys are compared so. */
  readonly key: string;
  /** The key as written, where that is something else. */
  readonly written?: string | undefined;
  readonly values: readonly string[];
};

export const operators = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'NumericEquals',
  'NumericNotEquals',
  'NumericLessThan',
  'NumericLessThanEquals',
  'NumericGreaterThan',
  'NumericGreaterThanEquals',
  'DateEquals',
  'DateNotEquals',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
  'Bool',
  'BinaryEquals',
  'IpAddress',
  'NotIpAddress',
  'ArnEquals',
  'ArnNotEquals',
  'ArnLike',
  'ArnNotLike',
  'Null',
] as const;

export type Operator = (typeof operators)[number];

/** One request to AWS. */
export type IamRequest = {
  /** Absent: whoever the identity policies are attached to. */
  readonly principal?: PrincipalName | undefined;
  /** `s3:GetObject`. */
  readonly action: string;
  /** An ARN, or `*` where the action has no resource. */
  readonly resource: string;
  /** By key in lower case; a key that is absent is not in the request. */
  readonly context: { readonly [key: string]: readonly string[] };
};
