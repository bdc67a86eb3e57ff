/**
 * Reads what Check Point's management API is told, a list of calls, or what it answers to `show-access-rulebase` with details "full",
 * into objects and the rules of one layer. Written from the "Check Point Management API Reference".
 */
import { EdictError } from '../../../errors.ts';
import { type JsonDocument, parseJsonDocument } from '../cloud/json-document.ts';
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
  const document = parseJsonDocument(text, '');
  const value = fieldsOf(document.value, 'the file');
  if (value['calls'] !== undefined) return layerOfCalls(value, document);
  if (value['rulebase'] !== undefined) return layerOfRulebase(value, document);
  throw unreadable('the file', '`calls`, or a `rulebase` with its `objects-dictionary`');
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

function layerOfCalls(value: Fields, { lineOf }: JsonDocument): CheckPointLayer {
  onlyFields(value, ['time-zone', 'calls'], 'the file');
  const objects = new Map<string, CheckPointObject>();
  const rules: CheckPointRule[] = [];
  const layers: Fields[] = [];
  for (const [index, call] of listOf(value['calls'], '`calls`').entries()) {
    const line = lineOf(`/calls/${index}`);
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
function layerOfRulebase(value: Fields, { lineOf }: JsonDocument): CheckPointLayer {
  const objects = new Map<string, CheckPointObject>();
  for (const [index, each] of listOf(value['objects-dictionary'], '`objects-dictionary`').entries()) {
    const fields = fieldsOf(each, 'an object');
    const line = lineOf(`/objects-dictionary/${index}`);
    const object = { kind: textOf(fields['type'], '`type`'), name: textOf(fields['name'], '`name`'), fields, line };
    objects.set(object.name, object);
    if (typeof fields['uid'] === 'string') objects.set(fields['uid'], object);
  }
  return { objects, rules: rulesAt(value['rulebase'], '/rulebase', lineOf), layer: { name: value['name'] }, timezone: undefined };
}

function rulesAt(list: unknown, pointer: string, lineOf: JsonDocument['lineOf']): readonly CheckPointRule[] {
  return listOf(list, '`rulebase`').flatMap((each, index) => {
    const fields = fieldsOf(each, 'a rule');
    const place = `${pointer}/${index}`;
    if (fields['type'] === 'access-section') return rulesAt(fields['rulebase'], `${place}/rulebase`, lineOf);
    return [{ fields, line: lineOf(place) }];
  });
}

function inCall<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof EdictError && error.where === undefined ? atLine(error, line) : error;
  }
}
