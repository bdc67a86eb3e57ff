/** Constants as the expressions that write them. */
import type { Expression } from '../expression.ts';
import { literal } from '../expression.ts';
import { jsonOf } from './request-at.ts';
import type { Value } from '../value.ts';

export function expressionOfValue(value: Value): Expression {
  if (typeof value === 'bigint') return { op: 'long', digits: String(value) };
  if (typeof value !== 'object') return literal(value);
  switch (value.kind) {
    case 'entity':
      return { op: 'entity', uid: { type: value.type, id: value.id } };
    case 'set':
      return { op: 'set', items: [...value.members.values()].map(expressionOfValue) };
    case 'record':
      return { op: 'record', fields: [...value.fields].map(([name, field]) => ({ name, value: expressionOfValue(field) })) };
    default: {
      const { __extn } = jsonOf(value) as { readonly __extn: { readonly fn: string; readonly arg: string } };
      return { op: 'call', name: __extn.fn, arguments: [literal(__extn.arg)] };
    }
  }
}
