/**
 * Cedar policies as rules of the model. Cedar skips a policy whose condition errs, permit or forbid, and denies what nothing permits:
 * so a condition becomes `holds`, and `cedarClaim` claims everything.
 */
import { EdictError } from '../../../errors.ts';
import { type EntityUid, printUid } from '../../access/entity.ts';
import { allOf, always, anyOf, type Expression, variable } from '../../access/expression.ts';
import type { AccessRule, EntitySelector } from '../../access/model.ts';
import { type CedarPolicy, isActionType, type ScopePart, type Slot } from './parse.ts';

/** What Cedar does where no policy speaks. */
export function cedarClaim(requirement: string): AccessRule {
  const match = { principals: ['any'], actions: ['any'], resources: ['any'] };
  return { kind: 'access', id: 'cedar-default', requirement, effect: 'claim', match };
}

/** Throws `artifact-unreadable` for a template: it says nothing until it is linked (templates.ts). */
export function ruleOfCedar(policy: CedarPolicy, id: string, requirement: string): AccessRule {
  const principal = scopeOf(policy.principal, 'principal');
  const action = scopeOf(policy.action, 'action');
  const resource = scopeOf(policy.resource, 'resource');
  const expression = allOf([...principal.also, ...resource.also, ...(isAlways(policy.condition) ? [] : [policy.condition])]);
  return {
    kind: 'access',
    id,
    requirement,
    effect: policy.effect === 'permit' ? 'allow' : 'deny',
    match: {
      principals: principal.selectors,
      actions: action.selectors,
      resources: resource.selectors,
      ...(isAlways(expression) ? {} : { when: { expression: holding(expression) } }),
    },
  };
}

/** `a && b` holds where both hold: what is and-ed stands apart, so that each part is looked at by itself. */
function holding(expression: Expression): Expression {
  if (expression.op !== 'and') return { op: 'holds', of: expression };
  return { op: 'and', left: holding(expression.left), right: holding(expression.right) };
}

function isAlways(expression: Expression): boolean {
  return expression === always || (expression.op === 'literal' && expression.value === true);
}

type Scope = { readonly selectors: readonly EntitySelector[]; readonly also: readonly Expression[] };

function scopeOf({ type, equals, within: places }: ScopePart, name: 'principal' | 'action' | 'resource'): Scope {
  const print = name === 'action' ? printAction : printUid;
  if (equals !== undefined) return { selectors: [`=${print(fixed(equals))}`], also: [] };
  if (type === undefined) return { selectors: places?.map((place) => print(fixed(place))) ?? ['any'], also: [] };
  const inside = places?.map((place): Expression => ({ op: 'in', left: variable(name), right: { op: 'entity', uid: fixed(place) } })) ?? [];
  return { selectors: [`${type}:*`], also: inside.length === 0 ? [] : [anyOf(inside)] };
}

/** Actions leave out their type where it is `Action` and their id cannot be mistaken for anything else. */
function printAction(uid: EntityUid): string {
  const plain = uid.type === 'Action' && /^[A-Za-z][A-Za-z0-9_.-]*$/.test(uid.id) && uid.id !== 'any';
  return plain && isActionType(uid.type) ? uid.id : printUid(uid);
}

function fixed(reference: EntityUid | Slot): EntityUid {
  if ('slot' in reference)
    throw new EdictError('artifact-unreadable', `cannot read a template: \`${reference.slot}\` has no value`, {
      expected: 'a policy, or a link of the template',
    });
  return reference;
}
