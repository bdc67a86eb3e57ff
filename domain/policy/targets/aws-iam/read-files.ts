/**
 * Reads policy documents with the list of what they are attached to. A document that is attached to nobody, twice, or is missing is
 * refused, and so is one that AWS would not take.
 */
import { EdictError } from '../../../errors.ts';
import type { IamDocument } from '../../iam/document.ts';
import { parseIamDocument } from '../../iam/parse-document.ts';
import type { Artifact, TargetName } from '../target.ts';

/** What one managed policy holds at most ("IAM and AWS STS quotas"). */
export const mostCharacters = 6_144;

export type AttachedDocument = {
  readonly path: string;
  readonly document: IamDocument;
  readonly to: readonly string[];
  readonly except: readonly string[];
};

type Attachment = { readonly documents: readonly string[]; readonly to: readonly string[]; readonly except: readonly string[] };

/** `characters`: what one document holds at most, white space not counted. Throws `artifact-unreadable`. */
export function attachedDocuments(
  { target, files }: Artifact,
  { expected, characters }: { readonly expected: TargetName; readonly characters: number },
): readonly AttachedDocument[] {
  if (target !== expected) throw unreadable(`an artifact of \`${target}\``);
  const attachments = parseAttachments(files['attachments.json']);
  const named = attachments.flatMap(({ documents }) => documents);
  const known = Object.keys(files).filter((path) => path !== 'attachments.json');
  const odd = [
    ...known.filter((path) => !named.includes(path)),
    ...named.filter((path, index) => !known.includes(path) || named.indexOf(path) !== index),
  ];
  if (odd.length > 0) throw unreadable(`\`${odd[0]}\` is not attached once`);
  return attachments.flatMap(({ documents, to, except }) =>
    documents.map((path) => ({ path, document: documentOf(path, files[path] ?? '', characters), to, except })),
  );
}

function documentOf(path: string, text: string, characters: number): IamDocument {
  if (text.replace(/\s/gu, '').length > characters)
    throw new EdictError('artifact-unreadable', `\`${path}\` is larger than AWS takes`, {
      where: path,
      expected: `${characters} characters`,
    });
  const document = parseIamDocument(text);
  const { statements } = document;
  const odd = statements.find(({ principal, resource }) => principal !== undefined || resource === undefined);
  if (odd !== undefined)
    throw new EdictError('artifact-unreadable', 'a statement that names principals, or no resources', {
      where: `${path}${odd.where}`,
      expected: 'a statement of a policy that is attached to principals',
    });
  return document;
}

function parseAttachments(text: string | undefined): readonly Attachment[] {
  const value = jsonOf(text ?? '');
  if (!Array.isArray(value)) throw unreadable('no list of attachments');
  return (value as readonly unknown[]).map((each) => {
    if (typeof each !== 'object' || each === null) throw unreadable('an attachment that is no object');
    const odd = Object.keys(each).find((key) => !['documents', 'to', 'except'].includes(key));
    if (odd !== undefined) throw unreadable(`unknown element \`${odd}\``);
    return { documents: textsAt(each, 'documents'), to: textsAt(each, 'to'), except: textsAt(each, 'except') };
  });
}

function textsAt(object: object, key: keyof Attachment): readonly string[] {
  const value: unknown = (object as Readonly<Record<string, unknown>>)[key];
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) throw unreadable(`\`${key}\` is no list of texts`);
  return value;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new EdictError('artifact-unreadable', '`attachments.json` is not JSON', { where: 'attachments.json', cause: error });
  }
}

function unreadable(what: string): EdictError {
  return new EdictError('artifact-unreadable', what, { where: 'attachments.json', expected: '`documents`, `to` and `except`' });
}
