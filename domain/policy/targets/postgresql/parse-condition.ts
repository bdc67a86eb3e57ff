/** A row policy's condition to an expression: columns are the resource's attributes, the client's address and the clock the context's. */
import { anyOf, type Expression, literal, variable } from '../../access/expression.ts';
import type { Reader } from './tokens.ts';
import { roleType } from './words.ts';

/** `members`: who has the privileges of a role. `zone`: told of each time zone that is met. */
export type Surroundings = { readonly members: (role: string) => readonly string[]; readonly zone: (name: string) => void };

export function parseCondition(reader: Reader, around: Surroundings): Expression {
  let left = parseAnd(reader, around);
  while (reader.skip('OR')) left = { op: 'or', left, right: parseAnd(reader, around) };
  return left;
}

function parseAnd(reader: Reader, around: Surroundings): Expression {
  let left = parseNot(reader, around);
  while (reader.skip('AND')) left = { op: 'and', left, right: parseNot(reader, around) };
  return left;
}

function parseNot(reader: Reader, around: Surroundings): Expression {
  if (reader.skip('NOT')) return { op: 'not', of: parseNot(reader, around) };
  if (reader.skip('TRUE')) return literal(true);
  if (reader.isNext('INET_CLIENT_ADDR')) return parsePlace(reader);
  if (reader.isNext('PG_HAS_ROLE')) return parseRole(reader, around);
  if (reader.isNext('(', '(', 'EXTRACT')) return parseMinutes(reader, around);
  if (reader.peek()?.kind === 'name') return parseColumn(reader);
  reader.take('(');
  const inner = parseCondition(reader, around);
  reader.take(')');
  return inner;
}

function parsePlace(reader: Reader): Expression {
  reader.take('INET_CLIENT_ADDR', '(', ')', '<<=');
  const cidr = reader.value('text');
  reader.take('::', 'INET');
  return {
    op: 'call',
    name: 'isInRange',
    arguments: [variable('context', 'address'), { op: 'call', name: 'ip', arguments: [literal(cidr)] }],
  };
}

function parseRole(reader: Reader, { members }: Surroundings): Expression {
  reader.take('PG_HAS_ROLE', '(', 'CURRENT_USER', ',');
  const role = reader.value('text');
  reader.take(',');
  if (reader.value('text') !== 'USAGE') throw reader.unexpected("'USAGE': whether the role's privileges are held at once");
  reader.take(')');
  const uids = members(role).map((id) => ({ type: roleType, id }));
  return anyOf(uids.map((uid): Expression => ({ op: 'equal', left: variable('principal'), right: { op: 'entity', uid } })));
}

/** Minutes since Monday 00:00, as the parts of the time in a zone make them. */
function parseMinutes(reader: Reader, { zone }: Surroundings): Expression {
  const part = (name: string) => {
    reader.take('EXTRACT', '(', name, 'FROM', '(', 'NOW', '(', ')', 'AT', 'TIME', 'ZONE');
    zone(reader.value('text'));
    reader.take(')', ')');
  };
  reader.take('(', '(');
  part('ISODOW');
  takeNumbers(reader, ['-', 1], [')'], ['*', 1440], ['+']);
  part('HOUR');
  takeNumbers(reader, ['*', 60], ['+']);
  part('MINUTE');
  reader.take(')', 'BETWEEN');
  const low = Number(reader.value('number'));
  reader.take('AND');
  const high = Number(reader.value('number'));
  const minute = variable('context', 'minuteOfWeek');
  return {
    op: 'and',
    left: { op: 'greater-or-equal', left: minute, right: literal(low) },
    right: { op: 'less-or-equal', left: minute, right: literal(high) },
  };
}

function takeNumbers(reader: Reader, ...parts: readonly (readonly [string] | readonly [string, number])[]): void {
  for (const [sign, number] of parts) {
    reader.take(sign);
    if (number !== undefined && Number(reader.value('number')) !== number) throw reader.unexpected(String(number));
  }
}

function parseColumn(reader: Reader): Expression {
  const left = variable('resource', reader.value('name'));
  if (reader.skip('=')) return { op: 'equal', left, right: variable('resource', reader.value('name')) };
  if (reader.skip('>=')) return { op: 'greater-or-equal', left, right: literal(Number(reader.value('number'))) };
  if (reader.skip('<=')) return { op: 'less-or-equal', left, right: literal(Number(reader.value('number'))) };
  const isNot = reader.skip('NOT');
  reader.take('IN', '(');
  const items = [parseConstant(reader)];
  while (reader.skip(',')) items.push(parseConstant(reader));
  reader.take(')');
  const oneOf = anyOf(items.map((right): Expression => ({ op: 'equal', left, right })));
  return isNot ? { op: 'not', of: oneOf } : oneOf;
}

function parseConstant(reader: Reader): Expression {
  if (reader.skip('TRUE')) return literal(true);
  if (reader.skip('FALSE')) return literal(false);
  return literal(reader.peek()?.kind === 'number' ? Number(reader.value('number')) : reader.value('text'));
}
