/**
 * Reads what Check Point's management API is told, a list of calls, or what it answers to `show-access-rulebase` with details "full",
 * into objects and the rules of one layer. Written from the "Check Point Management API Reference".
 */
import { EdictError } from '../../../errors.ts';
import { atLine, unreadable } from '../rulebase-reading/reading.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** `kind` is the object's type as the API names it: `host`, `network`, `service-tcp`, … */
export type CheckPointObject = { readonly kind: string; readonly name: string; readonly fields: Fields; readonly line: number };

export type CheckPointRule = { readonly fields: Fields; readonly line: number };

export type CheckPointLayer = {
  /** By name, and by uid where there is one. */
  readonly objects: ReadonlyMap<string, CheckPointObject>;
  readonly rules: readonly CheckPointRule[];
  readonly layer: Fields;
  readonly timezone: string | undefined;
};

/** Throws `artifact-unreadable` with the line. */
export function parseCheckPoint(text: string): CheckPointLayer {
  const value = fieldsOf(parseJson(text), 'the file');
  if (value['calls'] !== undefined) return layerOfCalls(value, text);
  if (value['rulebase'] !== undefined) return layerOfRulebase(value, text);
  throw unreadable('the file', '`calls`, or a `rulebase` with its `objects-dictionary`');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new EdictError('artifact-unreadable', 'cannot read the file', { expected: 'JSON', cause });
  }
}

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(what, 'an object');
  return value as Fields;
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable(what, 'a list');
  return value as readonly unknown[];
}

export function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw unreadable(what, 'text');
  return value;
}

/** A list of texts, or one. */
export function textsOf(value: unknown, what: string): readonly string[] {
  if (typeof value === 'string') return [value];
  return listOf(value, what).map((each) =>
    typeof each === 'object' && each !== null ? textOf((each as Fields)['name'], what) : textOf(each, what),
  );
}

export function onlyFields(fields: Fields, known: readonly string[], what: string): void {
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown !== undefined) throw unreadable(`\`${unknown}\` of ${what}`, known.join(', '));
}

/** Lines on which the n-th object with that key begins. */
function linesOf(text: string, key: string): readonly number[] {
  const lines: number[] = [];
  let line = 1;
  let at = 0;
  for (const { index } of text.matchAll(new RegExp(`"${key}"\\s*:`, 'g'))) {
    for (let next = text.indexOf('\n', at); next >= 0 && next < index; next = text.indexOf('\n', at)) {
      line += 1;
      at = next + 1;
    }
    lines.push(line);
  }
  return lines;
}

function layerOfCalls(value: Fields, text: string): CheckPointLayer {
  onlyFields(value, ['time-zone', 'calls'], 'the file');
  const lines = linesOf(text, 'command');
  const objects = new Map<string, CheckPointObject>();
  const rules: CheckPointRule[] = [];
  const layers: Fields[] = [];
  for (const [index, call] of listOf(value['calls'], '`calls`').entries()) {
    const line = lines[index] ?? 0;
    inCall(line, () => {
      const { command, body, ...rest } = fieldsOf(call, 'a call');
      onlyFields(rest, [], 'a call');
      const fields = fieldsOf(body, 'the body of a call');
      const kind = /^add-(.+)$/.exec(textOf(command, '`command`'))?.[1];
      if (kind === undefined) throw unreadable(`the call \`${String(command)}\``, 'calls that add');
      if (kind === 'access-rule') rules.push({ fields, line });
      else if (kind === 'access-layer') layers.push(fields);
      else addObject(objects, { kind, name: textOf(fields['name'], '`name`'), fields, line });
    });
  }
  const [layer, ...more] = layers;
  if (layer === undefined || more.length > 0) throw unreadable(`${layers.length} access layers`, 'one');
  for (const { fields, line } of rules) {
    inCall(line, () => {
      if (fields['layer'] !== layer['name'] || fields['position'] !== 'bottom')
        throw unreadable('the place of a rule', 'the bottom of the one layer');
    });
  }
  return { objects, rules, layer, timezone: value['time-zone'] === undefined ? undefined : textOf(value['time-zone'], '`time-zone`') };
}

function addObject(objects: Map<string, CheckPointObject>, object: CheckPointObject): void {
  if (objects.has(object.name)) throw unreadable(`a second object \`${object.name}\``, 'each name once');
  objects.set(object.name, object);
}

/** Sections are opened; a rule's number tells the order, and the answer is in that order. */
function layerOfRulebase(value: Fields, text: string): CheckPointLayer {
  const objects = new Map<string, CheckPointObject>();
  for (const each of listOf(value['objects-dictionary'], '`objects-dictionary`')) {
    const fields = fieldsOf(each, 'an object');
    const object = { kind: textOf(fields['type'], '`type`'), name: textOf(fields['name'], '`name`'), fields, line: 0 };
    objects.set(object.name, object);
    if (typeof fields['uid'] === 'string') objects.set(fields['uid'], object);
  }
  const lines = linesOf(text, 'rule-number');
  const listed = listOf(value['rulebase'], '`rulebase`').flatMap((each) => {
    const fields = fieldsOf(each, 'a rule');
    return fields['type'] === 'access-section' ? listOf(fields['rulebase'], 'a section').map((rule) => fieldsOf(rule, 'a rule')) : [fields];
  });
  const rules = listed.map((fields, index) => ({ fields, line: lines[index] ?? 0 }));
  return { objects, rules, layer: { name: value['name'] }, timezone: undefined };
}

function inCall<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof EdictError && error.where === undefined ? atLine(error, line) : error;
  }
}
