/**
 * Cedar policies as trees (docs.cedarpolicy.com, "Grammar"): effect, scope, conditions. Templates are read too; they say nothing until
 * they are linked.
 */
import { allOf, type Expression } from '../../access/expression.ts';
import { EdictError } from '../../../errors.ts';
import type { EntityUid } from '../../access/entity.ts';
import { Cursor } from './cursor.ts';
import { parseEntity, parseExpression, typeName } from './parse-expression.ts';
import { unreadable } from './tokens.ts';

export type Slot = { readonly slot: string };

/** `any`: all. With several entities: in any of them. */
export type ScopePart = {
  readonly type?: string | undefined;
  readonly equals?: EntityUid | Slot | undefined;
  readonly within?: readonly (EntityUid | Slot)[] | undefined;
};

export type CedarPolicy = {
  readonly effect: 'permit' | 'forbid';
  readonly annotations: { readonly [name: string]: string };
  readonly principal: ScopePart;
  readonly action: ScopePart;
  readonly resource: ScopePart;
  /** `when` and `unless` as one condition. */
  readonly condition: Expression;
  readonly line: number;
};

export type CedarFault = { readonly line: number; readonly text: string; readonly reason: string };

/** Throws `artifact-unreadable` at `line:column`. */
export function parseCedar(text: string): readonly CedarPolicy[] {
  const cursor = new Cursor(text);
  const policies: CedarPolicy[] = [];
  while (!cursor.atEnd) policies.push(parsePolicy(cursor));
  return policies;
}

/** Goes on behind the policy that it cannot read. */
export function parseCedarLeniently(text: string): { readonly policies: readonly CedarPolicy[]; readonly faults: readonly CedarFault[] } {
  const cursor = new Cursor(text);
  const policies: CedarPolicy[] = [];
  const faults: CedarFault[] = [];
  while (!cursor.atEnd) {
    const { line, position } = cursor;
    try {
      policies.push(parsePolicy(cursor));
    } catch (error) {
      if (!(error instanceof EdictError)) throw error;
      cursor.back(position);
      cursor.skipStatement();
      faults.push({ line, text: text.split('\n')[line - 1]?.trim() ?? '', reason: error.message });
    }
  }
  return { policies, faults };
}

function parsePolicy(cursor: Cursor): CedarPolicy {
  const annotations = parseAnnotations(cursor);
  const { line } = cursor;
  if (!cursor.isWord('permit', 'forbid')) throw cursor.unexpected('`permit` or `forbid`');
  const effect = cursor.word() as CedarPolicy['effect'];
  cursor.mark('(');
  const principal = parseScope(cursor, 'principal');
  cursor.mark(',');
  const action = parseScope(cursor, 'action');
  cursor.mark(',');
  const resource = parseScope(cursor, 'resource');
  cursor.takeMark(',');
  cursor.mark(')');
  const conditions: Expression[] = [];
  while (cursor.isWord('when', 'unless')) conditions.push(parseCondition(cursor));
  cursor.mark(';');
  return { effect, annotations, principal, action, resource, condition: allOf(conditions), line };
}

export function parseAnnotations(cursor: Cursor): { readonly [name: string]: string } {
  const found = new Map<string, string>();
  while (cursor.takeMark('@')) {
    const { where } = cursor;
    const name = cursor.word();
    if (found.has(name)) throw unreadable(`annotation \`${name}\` again`, where);
    const valued = cursor.takeMark('(');
    found.set(name, valued ? cursor.text() : '');
    if (valued) cursor.mark(')');
  }
  return Object.fromEntries(found);
}

function parseCondition(cursor: Cursor): Expression {
  const unless = cursor.word() === 'unless';
  cursor.mark('{');
  const condition = parseExpression(cursor);
  cursor.mark('}');
  return unless ? { op: 'not', of: condition } : condition;
}

function parseScope(cursor: Cursor, variable: 'principal' | 'action' | 'resource'): ScopePart {
  if (!cursor.takeWord(variable)) throw cursor.unexpected(`\`${variable}\``);
  if (cursor.takeMark('==')) return { equals: parseReference(cursor, variable) };
  if (cursor.takeWord('in')) return { within: parseWithin(cursor, variable) };
  if (variable === 'action' || !cursor.takeWord('is')) return {};
  const type = typeName(cursor);
  return cursor.takeWord('in') ? { type, within: [parseReference(cursor, variable)] } : { type };
}

function parseWithin(cursor: Cursor, variable: 'principal' | 'action' | 'resource'): readonly (EntityUid | Slot)[] {
  if (variable === 'action' && cursor.takeMark('[')) return cursor.list(']', () => parseReference(cursor, variable));
  return [parseReference(cursor, variable)];
}

function parseReference(cursor: Cursor, variable: 'principal' | 'action' | 'resource'): EntityUid | Slot {
  const { where } = cursor;
  if (cursor.next.kind === 'slot') {
    const slot = cursor.take().text;
    if (slot !== `?${variable}`) throw unreadable(`\`${slot}\``, where, `\`?${variable}\``);
    return { slot };
  }
  const uid = parseEntity(cursor);
  if (variable === 'action' && !isActionType(uid.type)) throw unreadable(`\`${uid.type}\``, where, 'an entity of type `Action`');
  return uid;
}

export function isActionType(type: string): boolean {
  return type === 'Action' || type.endsWith('::Action');
}
