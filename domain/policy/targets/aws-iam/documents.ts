/** Statements as policy documents, none larger than AWS takes, and the list of what each is attached to. */
import { digestOf } from '../../../digest.ts';
import { EdictError } from '../../../errors.ts';
import type { Block } from './conditions.ts';
import type { Attachment, Part } from './scope.ts';
import type { Piece } from './statements.ts';
import { plainJson } from './texts.ts';

export type Limits = {
  /** Of one document, white space not counted. */
  readonly characters: number;
  /** Documents that one principal or account can have. */
  readonly documents: number;
};

export type NamedPiece = {
  /** Of the policy and rule: `p/no-ssh`. */
  readonly rule: string;
  readonly effect: 'Allow' | 'Deny';
  readonly piece: Piece;
};

type Json = { readonly [element: string]: unknown };

/** Files by name. Throws `input-too-large` where AWS would refuse. */
export function documentFiles(pieces: readonly NamedPiece[], limits: Limits): { readonly [path: string]: string } {
  const groups = new Map<string, { readonly attachment: Attachment; readonly statements: Json[] }>();
  for (const named of pieces) {
    const { principals } = named.piece.scope;
    const key = JSON.stringify(principals);
    const group = groups.get(key) ?? { attachment: principals, statements: [] };
    groups.set(key, group);
    group.statements.push(...fitting(statementJson(named), limits.characters));
  }
  const files: { [path: string]: string } = {};
  const attachments: Json[] = [];
  for (const [key, { attachment, statements }] of [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const name = digestOf(key).slice('sha256:'.length, 'sha256:'.length + 12);
    const documents = packed(statements, limits);
    documents.forEach((document, index) => {
      files[`policy-${name}-${index + 1}.json`] = plainJson(document);
    });
    attachments.push({
      documents: documents.map((_, index) => `policy-${name}-${index + 1}.json`),
      to: attachment.to ?? ['any'],
      except: attachment.except,
    });
  }
  return { ...files, 'attachments.json': plainJson(attachments) };
}

function statementJson({ rule, effect, piece: { scope, block } }: NamedPiece): Json {
  return {
    Sid: sidOf(rule),
    Effect: effect,
    ...listed('Action', scope.actions),
    ...listed('Resource', scope.resources),
    ...(block.length === 0 ? {} : { Condition: conditionJson(block) }),
  };
}

function listed(name: string, { held, without }: Part): Json {
  if (held !== undefined) return { [name]: held.map(({ text }) => text) };
  return without.length === 0 ? { [name]: '*' } : { [`Not${name}`]: without.map(({ text }) => text) };
}

function conditionJson(block: Block): Json {
  const found: { [operator: string]: { [key: string]: string | readonly string[] } } = {};
  for (const { operator, key, values } of block) (found[operator] ??= {})[key] = valueJson(operator, values);
  return found;
}

/** A truth is a text by itself: lists of truths are allowed, and not every reader of policies takes them. */
function valueJson(operator: string, values: readonly string[]): string | readonly string[] {
  const [only] = values;
  return /^(?:Bool|Null)/u.test(operator) && only !== undefined && values.length === 1 ? only : values;
}

/** The statement, or several of it with a part of its longest list each. */
function fitting(statement: Json, characters: number): readonly Json[] {
  if (sizeOf(documentJson([statement])) <= characters) return [statement];
  const lists = ['Action', 'Resource'].flatMap((name) => {
    const list: unknown = statement[name];
    return Array.isArray(list) && list.length > 1 ? [{ name, list: list as readonly unknown[] }] : [];
  });
  const [longest] = lists.toSorted((a, b) => JSON.stringify(b.list).length - JSON.stringify(a.list).length);
  if (longest === undefined)
    throw new EdictError('input-too-large', `a statement of ${sizeOf(documentJson([statement]))} characters`, {
      expected: `at most ${characters} in one document`,
    });
  const middle = Math.ceil(longest.list.length / 2);
  return [longest.list.slice(0, middle), longest.list.slice(middle)].flatMap((part) =>
    fitting({ ...statement, [longest.name]: part }, characters),
  );
}

/** What a number adds to a `Sid` that is there already, at most. */
const numberSize = 'N99999'.length;

function packed(statements: readonly Json[], { characters, documents }: Limits): readonly Json[] {
  const found: Json[][] = [];
  let size = 0;
  for (const statement of statements) {
    const more = sizeOf(statement) + 1 + numberSize;
    const current = found.at(-1);
    if (current === undefined || size + more > characters) {
      found.push([statement]);
      size = sizeOf(documentJson([statement]));
    } else {
      current.push(statement);
      size += more;
    }
  }
  if (found.length > documents)
    throw new EdictError('input-too-large', `${found.length} policy documents for one principal`, {
      expected: `at most ${documents} of ${characters} characters`,
    });
  return found.map((each) => documentJson(numbered(each)));
}

function documentJson(statements: readonly Json[]): Json {
  return { Version: '2012-10-17', Statement: statements };
}

function sizeOf(json: Json): number {
  return plainJson(json).replace(/\s/gu, '').length;
}

/** `Sid` may hold letters and digits alone, and is there once. */
function numbered(statements: readonly Json[]): readonly Json[] {
  const taken = new Set<string>();
  return statements.map((statement) => {
    const base = String(statement['Sid']);
    let sid = base;
    for (let number = 2; taken.has(sid); number += 1) sid = `${base}N${number}`;
    taken.add(sid);
    return { ...statement, Sid: sid };
  });
}

/** `p/no-ssh` as `PNoSsh`. */
function sidOf(id: string): string {
  return id
    .split(/[^a-z0-9]+/u)
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('');
}
