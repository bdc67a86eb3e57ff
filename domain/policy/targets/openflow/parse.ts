/** The text of `ovs-ofctl(8)`'s flows, "Flow Syntax", to a list of flows: as much of it as OpenFlow 1.3 has for IP, and no more. */
import { EdictError } from '../../../errors.ts';

export type Flow = {
  readonly line: number;
  readonly text: string;
  readonly table: number;
  readonly priority: number;
  readonly cookie: string;
  /** In the order written; a word without a value (`tcp`) has an empty one. */
  readonly match: ReadonlyMap<string, string>;
  readonly action: { readonly kind: 'drop' } | { readonly kind: 'goto'; readonly table: number };
};

/** Flows in the order written, and the comments' words before the first flow. */
export type Flows = { readonly heading: readonly string[]; readonly flows: readonly Flow[] };

/** As OpenFlow 1.3 has it where a flow does not say (ovs-ofctl(8), "priority"). */
const defaultPriority = 32_768;

export function parseFlows(text: string): Flows {
  if (!text.endsWith('\n')) throw unreadable('text cut off', text.split('\n').length);
  const lines = text
    .split('\n')
    .map((line, index) => ({ line: index + 1, text: line.replace(/#.*$/, '').trim(), comment: /^# (.*)$/.exec(line)?.[1] }));
  const flows = lines.filter((each) => each.text !== '').map((each) => parseFlow(each.text, each.line));
  const first = flows[0]?.line ?? lines.length;
  return { heading: lines.filter(({ line }) => line < first).flatMap(({ comment }) => (comment === undefined ? [] : [comment])), flows };
}

function parseFlow(text: string, line: number): Flow {
  const [, fields, action] = /^(.*?),?\s*actions=(.*)$/.exec(text) ?? [];
  if (fields === undefined || action === undefined) throw unreadable(`\`${text}\``, line, 'fields, then `actions=`');
  const match = new Map<string, string>();
  for (const part of fields.split(/[\s,]+/).filter((each) => each !== '')) {
    const at = part.indexOf('=');
    const [key, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    if (match.has(key)) throw unreadable(`\`${key}\` said twice`, line);
    match.set(key, value);
  }
  const own = (key: string, otherwise: string): string => {
    const value = match.get(key) ?? otherwise;
    match.delete(key);
    return value;
  };
  const [table, priority, cookie] = [own('table', '0'), own('priority', String(defaultPriority)), own('cookie', '0x0')];
  return {
    line,
    text,
    table: numberOf(table, 254, line),
    priority: numberOf(priority, 65_535, line),
    cookie: /^0x[0-9a-f]{1,16}$/.test(cookie) ? cookie : fail(`cookie \`${cookie}\``, line),
    match,
    action: parseAction(action, line),
  };
}

function parseAction(text: string, line: number): Flow['action'] {
  if (text === 'drop') return { kind: 'drop' };
  const [, table] = /^goto_table:([0-9]+)$/.exec(text) ?? [];
  if (table === undefined) throw unreadable(`actions \`${text}\``, line, '`drop` or `goto_table:…`');
  return { kind: 'goto', table: numberOf(table, 254, line) };
}

function numberOf(text: string, most: number, line: number): number {
  return /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= most ? Number(text) : fail(`\`${text}\``, line, `a number up to ${most}`);
}

function fail(what: string, line: number, expected?: string): never {
  throw unreadable(what, line, expected);
}

export function unreadable(what: string, line: number, expected?: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, {
    where: `edict.flows:${line}`,
    ...(expected === undefined ? {} : { expected }),
  });
}
