/** Random Cedar: policies in its own text, entities and requests that meet, so that conditions hold, fail and err. */
import * as fc from 'fast-check';

const text = fc.constantFrom('"a"', '"ab"', '"b*"', '"10.0.0.1"', '""', '"x\\ty"', '"\\u{1F600}"');
const long = fc.constantFrom('0', '1', '-1', '2', '3', '9223372036854775807', '-9223372036854775808', '9007199254740993');
const entity = fc.constantFrom(
  'User::"a"',
  'User::"b"',
  'Group::"g"',
  'Group::"h"',
  'Ns::Doc::"d"',
  'Ns::Doc::"e"',
  'Action::"view"',
  'User::"none"',
);
/** Texts of a type that is read by `name`: mostly good ones. */
function written(name: string, good: readonly string[], odd: readonly string[]): fc.Arbitrary<string> {
  const texts = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
  return texts.map((each) => `${name}("${each}")`);
}

const ip = written(
  'ip',
  [
    '10.0.0.1',
    '10.0.0.0/8',
    '10.0.0.1/8',
    '127.0.0.1',
    '127.0.0.0/7',
    '::1',
    'ff00::/8',
    '2001:db8::/32',
    '224.0.0.1',
    '239.1.0.0/16',
    '0.0.0.0/0',
  ],
  ['1.2.3', '::ffff:1.2.3.4', '10.0.0.01', '1::2::3', '::/129', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '::1/128', '10.0.0.1/08'],
);
const decimal = written(
  'decimal',
  ['1.0', '1.23', '1.2300', '-0.5', '0.0'],
  ['922337203685477.5807', '922337203685477.5808', '1.23456', '1', '.5', '01.1', '-.1'],
);
const datetime = written(
  'datetime',
  [
    '2024-01-01',
    '2024-01-01T00:00:00Z',
    '2024-01-01T10:00:00+0200',
    '1969-12-31T23:59:59.999Z',
    '2024-01-01T00:00:00.123Z',
    '2024-01-01T00:00:00-0130',
  ],
  [
    '2024-02-30',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:00:00+2400',
    '0001-01-01',
    '2024-1-1',
    '9999-12-31',
    '2024-01-01T00:00:00',
    '2024-01-01T00:00:60Z',
  ],
);
const duration = written(
  'duration',
  ['1d', '1h30m', '90m', '-5ms', '1d2h3m4s5ms', '0s', '-1d', '61s'],
  ['', '-', '5', '1m1h', '9223372036854775807ms', '9223372036854775808ms', '1.5h', '-9223372036854775808ms'],
);

const attribute = fc.constantFrom('n', 's', 'b', 'rec', 'set', 'e', 'ip', 'dec', 'at', 'for', 'missing', '"odd name"');
const pattern = fc
  .constantFrom('"a*"', '"*"', '"*b\\\\*"', '"\\\\**"', '""', '"a"', '"*a*b*"', '"x*y"', '"a-*"', '"*b"', '"a*b"', '"\\\\u{1F600}"', '"?"')
  .map((each) => each.replaceAll('\\\\', '\\'));

type Sort = 'bool' | 'long' | 'text' | 'entity' | 'set' | 'record' | 'ip' | 'decimal' | 'datetime' | 'duration' | 'any';

export const { expression: cedarCondition } = fc.letrec<{ expression: string; bool: string; any: string }>((tie) => {
  const any = tie('any');
  const bool = tie('bool');
  const both = (op: string, left: fc.Arbitrary<string>, right: fc.Arbitrary<string>) =>
    fc.tuple(left, right).map(([a, b]) => `(${a}) ${op} (${b})`);
  const method = (name: string, of: fc.Arbitrary<string>, ...rest: fc.Arbitrary<string>[]) =>
    fc.tuple(of, ...rest).map(([a, ...others]) => `(${a}).${name}(${others.join(', ')})`);
  const root = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('principal', 'resource', 'context', 'context') },
    { weight: 1, arbitrary: entity },
  );
  const get = (names: readonly string[]) =>
    fc.tuple(root, fc.constantFrom(...names, ...names, ...names, ...names, ...names, 'missing')).map(([of, name]) => `${of}.${name}`);
  const sorts: Record<Sort, fc.Arbitrary<string>> = {
    long: fc.oneof(
      long,
      get(['n']),
      both('+', long, get(['n'])),
      both('*', get(['n']), long),
      both('-', long, long),
      get(['n']).map((of) => `-(${of})`),
    ),
    text: fc.oneof(text, get(['s'])),
    entity: fc.oneof(entity, get(['e']), fc.constantFrom('principal', 'action', 'resource')),
    set: fc.oneof(
      get(['set']),
      fc.array(fc.oneof(long, text, entity, bool), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    ),
    record: fc.oneof(get(['rec']), fc.constantFrom('context', '{a: 1, "b c": principal}', '{}')),
    ip: fc.oneof(ip, get(['ip'])),
    decimal: fc.oneof(decimal, get(['dec'])),
    datetime: fc.oneof(datetime, get(['at']), method('offset', datetime, duration), method('toDate', get(['at']))),
    duration: fc.oneof(duration, get(['for']), method('durationSince', datetime, get(['at'])), method('toTime', get(['at']))),
    bool: fc.oneof(fc.constantFrom('true', 'false'), get(['b'])),
    any,
  };
  const order = fc.constantFrom('<', '<=', '>', '>=');
  const ordered = (sort: fc.Arbitrary<string>) => fc.tuple(sort, order, sort).map(([a, op, b]) => `(${a}) ${op} (${b})`);
  const compared = Object.values(sorts).map((sort) => both('==', sort, sort));
  return {
    any: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      sorts.long,
      sorts.text,
      sorts.entity,
      sorts.set,
      sorts.record,
      sorts.ip,
      sorts.decimal,
      sorts.bool,
      sorts.datetime,
      sorts.duration,
    ),
    bool: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(
        sorts.bool,
        ...compared,
        both('!=', any, any),
        ordered(sorts.long),
        ordered(sorts.datetime),
        ordered(sorts.duration),
        ordered(any),
        both('in', sorts.entity, fc.oneof(sorts.entity, sorts.set)),
        fc.tuple(fc.oneof(root, sorts.record), attribute).map(([of, name]) => `${of} has ${name}`),
        fc.tuple(root, fc.constantFrom('rec.a', 'rec.deep.x', 'missing.a', 'e.n')).map(([of, path]) => `${of} has ${path}`),
        fc.tuple(sorts.text, pattern).map(([of, like]) => `(${of}) like ${like}`),
        fc
          .tuple(sorts.entity, fc.constantFrom('User', 'Ns::Doc', 'Group'), fc.option(sorts.entity, { nil: undefined }))
          .map(([of, type, place]) => `(${of}) is ${type}${place === undefined ? '' : ` in (${place})`}`),
        method('contains', sorts.set, any),
        method('containsAll', sorts.set, sorts.set),
        method('containsAny', sorts.set, sorts.set),
        method('isEmpty', sorts.set),
        method('hasTag', sorts.entity, text),
        both('==', method('getTag', sorts.entity, text), text),
        ...['isIpv4', 'isIpv6', 'isLoopback', 'isMulticast'].map((name) => method(name, sorts.ip)),
        method('isInRange', sorts.ip, sorts.ip),
        ...['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'].map((name) => method(name, sorts.decimal, sorts.decimal)),
        ...['toMilliseconds', 'toSeconds', 'toMinutes', 'toHours', 'toDays'].map((name) => both('<', method(name, sorts.duration), long)),
      ),
      both('&&', bool, bool),
      both('||', bool, bool),
      bool.map((of) => `!(${of})`),
      fc.tuple(bool, bool, bool).map(([a, b, c]) => `if ${a} then ${b} else ${c}`),
      fc.tuple(bool, any, any, any).map(([a, b, c, d]) => `(if ${a} then ${b} else ${c}) == (${d})`),
    ),
    expression: bool,
  };
});

const principalScope = fc.constantFrom(
  'principal',
  'principal == User::"a"',
  'principal in Group::"g"',
  'principal is User',
  'principal is User in Group::"h"',
);
const actionScope = fc.constantFrom(
  'action',
  'action == Action::"view"',
  'action in [Action::"view", Action::"edit"]',
  'action in Action::"all"',
  'action in []',
);
const resourceScope = fc.constantFrom(
  'resource',
  'resource == Ns::Doc::"d"',
  'resource in Ns::Folder::"f"',
  'resource is Ns::Doc',
  'resource is Ns::Doc in Ns::Folder::"f"',
);

const policy = fc
  .tuple(
    fc.constantFrom('permit', 'permit', 'forbid'),
    principalScope,
    actionScope,
    resourceScope,
    fc.array(fc.tuple(fc.constantFrom('when', 'unless'), cedarCondition), { maxLength: 2 }),
  )
  .map(
    ([effect, principal, action, resource, conditions]) =>
      `${effect} (${principal}, ${action}, ${resource})${conditions.map(([word, body]) => `\n${word} { ${body} }`).join('')};`,
  );

export const cedarPolicies = fc.array(policy, { minLength: 1, maxLength: 4 });

const attributes = fc.record(
  {
    n: fc.constantFrom(0, 1, 2, -1, 3),
    s: fc.constantFrom('a', 'ab', 'b*', '', 'x\ty', '😀'),
    b: fc.boolean(),
    rec: fc.constantFrom({ a: 1 }, { deep: { x: true } }, {}),
    set: fc.constantFrom([], ['a'], [1], [1, 2], ['a', 'b*'], [{ __entity: { type: 'User', id: 'a' } }], [1, 'a', true]),
    e: fc.constantFrom(
      { __entity: { type: 'User', id: 'b' } },
      { __entity: { type: 'Group', id: 'g' } },
      { __entity: { type: 'User', id: 'none' } },
    ),
    ip: fc.constantFrom('10.0.0.1', '127.0.0.1', '::1', '10.0.0.0/8').map((arg) => ({ __extn: { fn: 'ip', arg } })),
    dec: fc.constantFrom('1.0', '1.23', '-0.5').map((arg) => ({ __extn: { fn: 'decimal', arg } })),
    at: fc
      .constantFrom('2024-01-01', '2024-01-01T08:00:00Z', '1969-12-31T23:59:59.999Z')
      .map((arg) => ({ __extn: { fn: 'datetime', arg } })),
    for: fc.constantFrom('1d', '90m', '-5ms').map((arg) => ({ __extn: { fn: 'duration', arg } })),
    'odd name': fc.constantFrom(1, 'a'),
  },
  { requiredKeys: ['n', 's', 'b', 'e', 'set', 'ip', 'dec', 'at', 'for'] },
);

function often<T>(usual: readonly T[], rare: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...rare) });
}

const uid = (type: string, id: string) => ({ type, id });

export const cedarEntities = fc
  .tuple(attributes, attributes, attributes, fc.boolean(), fc.boolean(), fc.constantFrom({}, { a: 'a', ab: 'x' }))
  .map(([a, b, d, inGroup, nested, tags]) => [
    { uid: uid('User', 'a'), attrs: a, parents: inGroup ? [uid('Group', 'g')] : [], tags },
    { uid: uid('User', 'b'), attrs: b, parents: [uid('Group', 'h')] },
    { uid: uid('Group', 'g'), attrs: {}, parents: nested ? [uid('Group', 'h')] : [] },
    { uid: uid('Ns::Doc', 'd'), attrs: d, parents: [uid('Ns::Folder', 'f')] },
    { uid: uid('Action', 'view'), attrs: {}, parents: [uid('Action', 'all')] },
  ]);

export const cedarRequest = fc.record({
  principal: often([uid('User', 'a'), uid('User', 'b')], [uid('User', 'none'), uid('Group', 'g')]),
  action: fc.constantFrom(uid('Action', 'view'), uid('Action', 'edit')),
  resource: often([uid('Ns::Doc', 'd'), uid('User', 'b')], [uid('Ns::Doc', 'e')]),
  context: attributes,
});
