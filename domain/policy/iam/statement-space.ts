/** The statements that speak of one class of actions as boxes over resources, principals and condition keys, and where they differ. */
import { element } from '../element.ts';
import type { IntervalSet } from '../intervals.ts';
import { intersect, subtract, union } from '../intervals.ts';
import { type StringClasses, stringClasses } from '../strings/classes.ts';
import { type Pattern, wildcard } from '../strings/pattern.ts';
import type { Sided, Sides } from './compare-documents.ts';
import type { IamRequest } from './document.ts';
import { type KeyAxis, keyAxis } from './key-axis.ts';
import { anyPrincipal, principalOfText, principalPatterns } from './principal.ts';
import type { Layered } from './layers.ts';
import { allowedDifferences, type Axis, type AxisRule, type AxisSide, type Point } from './relation.ts';
import { instantiate, parseTemplate } from './template.ts';
import { type Binding, bindingsOfCase } from './variables.ts';

export type ClassQuestion = {
  readonly statements: readonly Sided[];
  /** The resources that there are; absent: any text. */
  readonly patterns: readonly Pattern[] | undefined;
  readonly bindings: Binding;
  readonly sets: Sides<Layered>;
};

type Partial = Omit<IamRequest, 'action'>;

export type ClassDifferences = { readonly first?: Partial | undefined; readonly second?: Partial | undefined };

type Spaces = {
  readonly resources: ReadonlyMap<Sided, readonly Pattern[]>;
  readonly resource: StringClasses;
  readonly principal: StringClasses | undefined;
  readonly keys: ReadonlyMap<string, KeyAxis>;
};

export function compareClass(question: ClassQuestion): ClassDifferences {
  const spaces = spacesOf(question);
  const axes: readonly Axis[] = [
    { name: 'resource', count: spaces.resource.count },
    ...(spaces.principal === undefined ? [] : [{ name: 'principal', count: spaces.principal.count }]),
    ...[...spaces.keys].map(([key, { samples }]) => ({ name: `key ${key}`, count: samples.length })),
  ];
  if (axes.some(({ count }) => count === 0)) return {};
  const rules = (side: Sided['side']): AxisSide => ({
    rules: question.statements.filter((each) => each.side === side).map((each) => ruleOf(each, axes, spaces)),
    alternatives: question.sets[side].alternatives,
  });
  const { first, second } = allowedDifferences(axes, rules('first'), rules('second'));
  return {
    ...(first === undefined ? {} : { first: requestAt(first, spaces) }),
    ...(second === undefined ? {} : { second: requestAt(second, spaces) }),
  };
}

function spacesOf({ statements, patterns, bindings }: ClassQuestion): Spaces {
  const resources = new Map(statements.map((each) => [each, resourcePatterns(each, bindings)]));
  const principals = statements.flatMap(({ statement }) => statement.principal?.values.flatMap(principalPatterns) ?? []);
  const named = statements.some(({ statement }) => statement.principal !== undefined);
  const keys = new Set(statements.flatMap(({ statement }) => statement.conditions.map(({ key }) => key)));
  for (const key of bindings.keys()) keys.add(key);
  const asked = (key: string) =>
    statements.flatMap(({ statement, version }) =>
      statement.conditions.filter((condition) => condition.key === key).map((condition) => ({ condition, version })),
    );
  return {
    resources,
    resource: stringClasses([...resources.values()].flat(), { universe: patterns ?? [wildcard('?*')] }),
    principal: named ? stringClasses(principals, { universe: anyPrincipal }) : undefined,
    keys: new Map(
      [...keys].map((key) => [key, keyAxis(asked(key), bindingsOfCase(bindings), bindings.has(key) ? [bindings.get(key)] : undefined)]),
    ),
  };
}

function resourcePatterns({ statement, version }: Sided, bindings: Binding): readonly Pattern[] {
  return (statement.resource?.values ?? []).flatMap(
    (text) => instantiate(parseTemplate(text, version), bindingsOfCase(bindings), { wildcards: true }) ?? [],
  );
}

function ruleOf(each: Sided, axes: readonly Axis[], { resources, resource, principal, keys }: Spaces): AxisRule {
  const { layer, statement, version } = each;
  const box: { [axis: string]: IntervalSet } = {};
  for (const { name, count } of axes) box[name] = [{ low: 0n, high: BigInt(count - 1) }];
  if (statement.resource !== undefined) box['resource'] = listedSet(resource, resources.get(each) ?? [], statement.resource.not);
  if (principal !== undefined && statement.principal !== undefined)
    box['principal'] = listedSet(principal, statement.principal.values.flatMap(principalPatterns), statement.principal.not);
  for (const condition of statement.conditions) {
    const name = `key ${condition.key}`;
    box[name] = intersect(box[name] ?? [], keys.get(condition.key)?.of({ condition, version }) ?? []);
  }
  return { effect: statement.effect, layer, box };
}

function listedSet({ of, whole }: StringClasses, patterns: readonly Pattern[], not: boolean): IntervalSet {
  const held = union(...patterns.map(of));
  return not ? subtract(whole, held) : held;
}

function requestAt(point: Point, { resource, principal, keys }: Spaces): Partial {
  const context: { [key: string]: readonly string[] } = {};
  const offset = principal === undefined ? 1 : 2;
  [...keys].forEach(([key, { samples }], index) => {
    const value = samples[element(point, index + offset)];
    if (value !== undefined) context[key] = value;
  });
  return {
    resource: element(resource.samples, element(point, 0)),
    ...(principal === undefined ? {} : { principal: principalOfText(element(principal.samples, element(point, 1))) }),
    context,
  };
}
