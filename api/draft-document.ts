/** The document of a new draft: the requirement as it was written, and no rules yet. They are made by the `create` stage. */
import { EdictError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy/model.ts';

export type DraftInput = {
  readonly policy: string;
  readonly requirement: string;
  readonly owner: string;
  readonly title?: string | undefined;
  readonly controls?: readonly string[] | undefined;
};

/** NIST 800-53 AC-4, information flow enforcement: what every rule about connections is for. */
const flowControl = 'nist-800-53r5:ac-4';

export function draftDocument({ policy, requirement, owner, title, controls }: DraftInput): Policy {
  const text = requirement.trim();
  if (!/[\p{L}\p{N}]/u.test(text))
    throw new EdictError('requirement-empty', 'the requirement says nothing', { where: '/requirement', expected: 'a sentence' });
  return {
    policy,
    title: title ?? titleOf(text),
    owner,
    controls: controls ?? [flowControl],
    requirements: [{ id: 'r1', text }],
    rules: [],
    questions: [],
    tests: [],
  };
}

/** A name from the words that carry the meaning, in their order. */
export function nameFor(requirement: string): string {
  const words = requirement.toLowerCase().match(/[a-z0-9]{2,20}/gu) ?? [];
  const telling = words.filter((word) => !fillers.has(word)).slice(0, 4);
  return telling.join('-').slice(0, 56).replace(/-+$/u, '') || 'policy';
}

const fillers: ReadonlySet<string> = new Set(
  'a an the only may might can could must shall should will would not no nobody none never any all every each other than to from of on in at by for and or but is are be been it its this that with without unless except when while connect connects use uses using access reach port ports allow allowed deny denied'.split(
    ' ',
  ),
);

function titleOf(text: string): string {
  const first = text.split(/(?<=[.!?])\s|\n/u, 1)[0] ?? text;
  return first.length <= 120 ? first : `${first.slice(0, 119).trimEnd()}…`;
}
