/**
 * Names of ours as OpenFGA takes them (openfga.dev, "Configuration Language"): types and ids without `:`, `#`, `@`, `*` and blanks, in a
 * reversible form, so that no name is taken for a wildcard or a set of users.
 */
import { EdictError } from '../../../errors.ts';
import type { EntityUid } from '../../access/entity.ts';

/** As OpenFGA's API limits them (openfga/v1, `TupleKey`): "type:id" of an object, and a relation. */
const longestObject = 256;
const longestRelation = 50;

/** Of actions, where nothing else is said. */
const plainType = 'Action';

export function printType(type: string): string {
  return type.replaceAll('::', '.');
}

export function parseType(text: string): string {
  return text.replaceAll('.', '::');
}

export function printObject(uid: EntityUid): string {
  const text = `${printType(uid.type)}:${encode(uid.id)}`;
  if (uid.id === '' || text.length > longestObject)
    throw new EdictError('policy-invalid', `\`${uid.type}:${uid.id.slice(0, 40)}\` cannot be an object of OpenFGA`, {
      expected: `1 to ${longestObject} characters, encoded`,
    });
  return text;
}

/** `undefined` for what is none. */
export function parseObject(text: string): EntityUid | undefined {
  const [, type, id] = /^([A-Za-z0-9_.]+):([A-Za-z0-9_.%-]+)$/.exec(text) ?? [];
  const plain = id === undefined ? undefined : decode(id);
  return type === undefined || plain === undefined ? undefined : { type: parseType(type), id: plain };
}

export function printRelation(role: string, action: EntityUid): string {
  const text = `${role}_${action.type === plainType ? '' : `${printType(action.type)}.`}${encode(action.id)}`;
  if (text.length > longestRelation)
    throw new EdictError('policy-invalid', `action \`${action.id}\` is too long for a relation of OpenFGA`, {
      expected: `${longestRelation} characters in \`${role}_…\`, encoded`,
    });
  return text;
}

/** The action of a relation `can_…`; `undefined` for another. */
export function actionOf(relation: string): EntityUid | undefined {
  const [, type, id] = /^can_(?:([A-Za-z0-9_.]+)\.)?([A-Za-z0-9_%-]+)$/.exec(relation) ?? [];
  const plain = id === undefined ? undefined : decode(id);
  return plain === undefined ? undefined : { type: type === undefined ? plainType : parseType(type), id: plain };
}

function encode(text: string): string {
  if (/\p{Cs}/u.test(text)) throw new EdictError('policy-invalid', 'half a character in the name of an entity');
  return encodeURIComponent(text).replaceAll(
    /[!'()*~.]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
