/** Reads rulesets as `nft -j list ruleset` prints them (libnftables-json(5)), into the same tree as the text. */
import { gatherUnread, type Place, type Unread, unreadable } from '../filter.ts';
import {
  type NftHook,
  type NftItem,
  type NftMapEntry,
  type NftRule,
  type NftRuleset,
  type NftStatement,
  type NftVerdict,
  priorities,
} from './tree.ts';

type Fields = { readonly [key: string]: unknown };

type Table = {
  readonly family: string;
  readonly name: string;
  readonly place: Place;
  readonly sets: Map<string, readonly NftItem[]>;
  readonly maps: Map<string, readonly NftMapEntry[]>;
  readonly chains: Map<string, { readonly hook: NftHook | undefined; readonly rules: NftRule[] }>;
};

/** Places are the objects of the list, counted from one. */
export function parseNftJson(text: string): NftRuleset {
  const objects = objectsOf(text);
  const tables: Table[] = [];
  const unread: Unread[] = [];
  for (const [index, object] of objects.entries()) {
    const place = { line: index + 1, text: JSON.stringify(object).slice(0, 300) };
    gatherUnread(unread, place, () => define(tables, object, place));
  }
  return { tables, unread };
}

function objectsOf(text: string): readonly Fields[] {
  try {
    const { nftables } = fieldsOf(JSON.parse(text));
    return listOf(nftables).map(fieldsOf);
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable(`no JSON: ${error.message}`);
    throw error;
  }
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(`\`${short(value)}\``, 'an object');
  return value as Fields;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable(`\`${short(value)}\``, 'a list');
  return value as readonly unknown[];
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw unreadable(`\`${short(value)}\``, 'text or a number');
}

function short(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}

function define(tables: Table[], object: Fields, place: Place): void {
  const [kind = ''] = Object.keys(object);
  if (kind === 'metainfo') return;
  const fields = fieldsOf(object[kind]);
  if (kind === 'table') {
    tables.push({
      family: textOf(fields['family']),
      name: textOf(fields['name']),
      place,
      sets: new Map(),
      maps: new Map(),
      chains: new Map(),
    });
    return;
  }
  const table = tables.find(({ family, name }) => family === fields['family'] && name === fields['table']);
  if (table === undefined) throw unreadable(`\`${kind}\` of a table that is not there`);
  if (kind === 'chain') table.chains.set(textOf(fields['name']), { hook: hookOf(fields), rules: [] });
  else if (kind === 'set') table.sets.set(textOf(fields['name']), elementsOf(fields['elem'] ?? []));
  else if (kind === 'map') table.maps.set(textOf(fields['name']), entriesOf(fields['elem'] ?? []));
  else if (kind === 'rule') addRule(table, fields, place);
  else throw unreadable(`\`${kind}\``);
}

function hookOf(fields: Fields): NftHook | undefined {
  if (fields['hook'] === undefined) return undefined;
  const priority = fields['prio'];
  const number = typeof priority === 'number' ? priority : priorities[textOf(priority)];
  if (number === undefined) throw unreadable(`priority \`${short(priority)}\``);
  return {
    type: textOf(fields['type']),
    hook: textOf(fields['hook']),
    priority: number,
    policy: fields['policy'] === 'drop' ? 'drop' : 'accept',
  };
}

function addRule({ chains }: Table, fields: Fields, place: Place): void {
  const chain = chains.get(textOf(fields['chain']));
  if (chain === undefined) throw unreadable(`chain \`${short(fields['chain'])}\` is not there`);
  const failed: Unread[] = [];
  const statements = gatherUnread(failed, place, () => listOf(fields['expr']).map((each) => statementOf(fieldsOf(each))));
  chain.rules.push({ ...place, statements: statements ?? [], ...(failed[0] === undefined ? {} : { reason: failed[0].reason }) });
}

function statementOf(fields: Fields): NftStatement {
  const [kind = ''] = Object.keys(fields);
  const verdict = verdictOf(fields);
  if (verdict !== undefined) return { kind: 'verdict', verdict };
  if (kind === 'counter' || kind === 'log') return { kind: 'idle' };
  const inner = fieldsOf(fields[kind]);
  if (kind === 'match') return matchOf(inner);
  if (kind === 'vmap') return vmapOf(inner);
  throw unreadable(`\`${kind}\``);
}

function verdictOf(fields: Fields): NftVerdict | undefined {
  const [kind = ''] = Object.keys(fields);
  switch (kind) {
    case 'accept':
    case 'drop':
    case 'reject':
    case 'return':
    case 'continue':
      return { kind };
    case 'jump':
    case 'goto':
      return { kind, chain: textOf(fieldsOf(fields[kind])['target']) };
    default:
      return undefined;
  }
}

function matchOf({ left, op, right }: Fields): NftStatement {
  const operator = op === 'in' ? '==' : textOf(op);
  const mask = typeof left === 'object' && left !== null && '&' in left ? listOf(fieldsOf(left)['&']) : undefined;
  if (mask === undefined) return { kind: 'match', left: leftOf(fieldsOf(left)), op: operator, right: elementsOf(right) };
  const flags = (value: unknown) => flagsOf(value).join(',');
  return {
    kind: 'match',
    left: `${leftOf(fieldsOf(mask[0]))} masked`,
    op: operator,
    right: [{ kind: 'value', text: `${flags(mask[1])}/${flags(right)}` }],
  };
}

/** `"syn"`, a list, or `{"|": ["fin", "syn"]}`, which may be nested. */
function flagsOf(value: unknown): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(flagsOf);
  return listOf(fieldsOf(value)['|']).flatMap(flagsOf);
}

function leftOf(fields: Fields): string {
  const [kind = ''] = Object.keys(fields);
  const inner = fieldsOf(fields[kind]);
  if (kind === 'payload' && inner['protocol'] !== undefined) return `${textOf(inner['protocol'])} ${textOf(inner['field'])}`;
  if (kind === 'meta') return `meta ${textOf(inner['key'])}`;
  if (kind === 'ct' && inner['dir'] === undefined) return `ct ${textOf(inner['key'])}`;
  throw unreadable(`a match on \`${short(fields)}\``);
}

function vmapOf({ key, data }: Fields): NftStatement {
  const left = leftOf(fieldsOf(key));
  if (typeof data === 'string') return { kind: 'vmap', left, entries: { map: data.replace(/^@/, '') } };
  return { kind: 'vmap', left, entries: entriesOf(fieldsOf(data)['set']) };
}

function entriesOf(value: unknown): readonly NftMapEntry[] {
  return listOf(value).map((entry) => {
    const [key, data] = listOf(entry);
    const verdict = verdictOf(fieldsOf(data));
    const [item, ...more] = elementsOf(key);
    if (verdict === undefined || item === undefined || more.length > 0) throw unreadable(`\`${short(entry)}\` in a map`);
    return [item, verdict];
  });
}

function elementsOf(value: unknown): readonly NftItem[] {
  if (Array.isArray(value)) return value.flatMap(elementsOf);
  if (typeof value === 'string' && value.startsWith('@')) return [{ kind: 'set', name: value.slice(1) }];
  if (typeof value === 'string' || typeof value === 'number') return [{ kind: 'value', text: String(value) }];
  const fields = fieldsOf(value);
  if (fields['set'] !== undefined) return elementsOf(fields['set']);
  if (fields['elem'] !== undefined) return elementsOf(fieldsOf(fields['elem'])['val']);
  if (fields['range'] !== undefined) {
    const [low, high] = listOf(fields['range']);
    return [{ kind: 'range', low: textOf(low), high: textOf(high) }];
  }
  if (fields['prefix'] !== undefined) {
    const prefix = fieldsOf(fields['prefix']);
    return [{ kind: 'value', text: `${textOf(prefix['addr'])}/${textOf(prefix['len'])}` }];
  }
  throw unreadable(`\`${short(value)}\``);
}
