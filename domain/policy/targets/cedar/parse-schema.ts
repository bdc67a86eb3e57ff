/** Cedar's own notation of schemas (docs.cedarpolicy.com, "Human-readable schema grammar"). */
import type { EntityUid } from '../../access/entity.ts';
import { Cursor } from './cursor.ts';
import { parseAnnotations } from './parse.ts';
import { type CedarSchema, type CedarType, qualify, type SchemaAction, type SchemaEntity } from './schema.ts';

type Draft = { readonly entities: Map<string, SchemaEntity>; readonly types: Map<string, CedarType>; readonly actions: SchemaAction[] };

/** Throws `artifact-unreadable` at `line:column`. */
export function parseCedarSchema(text: string): CedarSchema {
  const cursor = new Cursor(text);
  const draft: Draft = { entities: new Map(), types: new Map(), actions: [] };
  while (!cursor.atEnd) {
    parseAnnotations(cursor);
    if (!cursor.isWord('namespace')) parseDeclaration(cursor, draft, '');
    else parseNamespace(cursor, draft);
  }
  return draft;
}

function parseNamespace(cursor: Cursor, draft: Draft): void {
  cursor.word();
  const namespace = cursor.name();
  cursor.mark('{');
  while (!cursor.takeMark('}')) {
    parseAnnotations(cursor);
    parseDeclaration(cursor, draft, namespace);
  }
  cursor.takeMark(';');
}

function parseDeclaration(cursor: Cursor, draft: Draft, namespace: string): void {
  if (cursor.takeWord('entity')) parseEntityType(cursor, draft, namespace);
  else if (cursor.takeWord('action')) parseAction(cursor, draft, namespace);
  else if (cursor.takeWord('type')) {
    const name = cursor.word();
    cursor.mark('=');
    draft.types.set(qualify(namespace, name), parseType(cursor, namespace));
  } else throw cursor.unexpected('`entity`, `action`, `type` or `namespace`');
  cursor.mark(';');
}

function parseEntityType(cursor: Cursor, draft: Draft, namespace: string): void {
  const names = [cursor.word()];
  while (cursor.takeMark(',')) names.push(cursor.word());
  let shape: CedarType | undefined;
  let tags: CedarType | undefined;
  if (cursor.takeWord('enum')) {
    cursor.mark('[');
    cursor.list(']', () => cursor.text());
  } else {
    if (cursor.takeWord('in')) oneOrMore(cursor, () => cursor.name());
    if (cursor.takeMark('=') || cursor.isMark('{')) shape = parseType(cursor, namespace);
    if (cursor.takeWord('tags')) tags = parseType(cursor, namespace);
  }
  for (const name of names) draft.entities.set(qualify(namespace, name), { shape, tags });
}

function parseAction(cursor: Cursor, draft: Draft, namespace: string): void {
  const names = [nameOrText(cursor)];
  while (cursor.takeMark(',')) names.push(nameOrText(cursor));
  const type = qualify(namespace, 'Action');
  const parents = cursor.takeWord('in') ? oneOrMore(cursor, () => actionReference(cursor, namespace)) : [];
  let context: CedarType | undefined;
  if (cursor.takeWord('appliesTo')) context = parseAppliesTo(cursor, namespace);
  if (cursor.takeWord('attributes')) parseType(cursor, namespace);
  for (const id of names) draft.actions.push({ uid: { type, id }, parents, context });
}

function parseAppliesTo(cursor: Cursor, namespace: string): CedarType | undefined {
  let context: CedarType | undefined;
  cursor.mark('{');
  cursor.list('}', () => {
    const part = cursor.word();
    cursor.mark(':');
    if (part === 'context') context = parseType(cursor, namespace);
    else if (part === 'principal' || part === 'resource') oneOrMore(cursor, () => cursor.name());
    else throw cursor.unexpected('principal, resource or context');
  });
  return context;
}

/** `view`, `"view"`, `Action::"view"`, `Ns::Action::"view"`. */
function actionReference(cursor: Cursor, namespace: string): EntityUid {
  if (cursor.next.kind === 'text') return { type: qualify(namespace, 'Action'), id: cursor.text() };
  const name = cursor.name();
  return cursor.takeMark('::') ? { type: qualify(namespace, name), id: cursor.text() } : { type: qualify(namespace, 'Action'), id: name };
}

function nameOrText(cursor: Cursor): string {
  return cursor.next.kind === 'text' ? cursor.text() : cursor.word();
}

function oneOrMore<T>(cursor: Cursor, item: () => T): readonly T[] {
  return cursor.takeMark('[') ? cursor.list(']', item) : [item()];
}

function parseType(cursor: Cursor, namespace: string): CedarType {
  if (cursor.takeMark('{')) return parseRecordType(cursor, namespace);
  const name = cursor.name();
  if (name !== 'Set') return { kind: 'name', name, namespace };
  cursor.mark('<');
  const element = parseType(cursor, namespace);
  cursor.mark('>');
  return { kind: 'set', element };
}

function parseRecordType(cursor: Cursor, namespace: string): CedarType {
  const fields = cursor.list('}', () => {
    parseAnnotations(cursor);
    const name = nameOrText(cursor);
    cursor.takeMark('?');
    cursor.mark(':');
    return [name, parseType(cursor, namespace)] as const;
  });
  return { kind: 'record', fields: new Map(fields) };
}
