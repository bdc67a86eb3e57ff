/** Slash commands of the incident room, read from what was typed. What is no command is a comment. */
export type Command =
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'run'; readonly playbook: string; readonly inputs: Readonly<Record<string, string>> }
  | { readonly kind: 'assign'; readonly person: string }
  | { readonly kind: 'contain' }
  | { readonly kind: 'close'; readonly reason: string }
  | { readonly kind: 'find'; readonly text: string }
  | { readonly kind: 'unknown'; readonly help: string };

export const usages: readonly { readonly usage: string; readonly what: string }[] = [
  { usage: '/run <playbook> [input=value …]', what: 'starts a playbook for this incident' },
  { usage: '/find <text>', what: 'incidents with this in title, key or id' },
  { usage: '/assign <person>', what: 'gives the incident to somebody; `me`, `nobody`' },
  { usage: '/contain', what: 'says that it is contained' },
  { usage: '/close <reason>', what: 'closes it' },
];

export function parseCommand(typed: string): Command {
  const text = typed.trim();
  // `//` begins a comment with a slash.
  if (!text.startsWith('/') || text.startsWith('//')) return { kind: 'comment', text: text.replace(/^\/\//u, '/') };
  const [name = '', ...words] = text.slice(1).split(/\s+/u);
  const rest = text.slice(1 + name.length).trim();
  switch (name) {
    case 'run':
      return runOf(words);
    case 'assign':
      return rest === '' ? needs('/assign <person>') : { kind: 'assign', person: rest.replace(/^@/u, '') };
    case 'contain':
      return { kind: 'contain' };
    case 'close':
      return rest === '' ? needs('/close <reason>') : { kind: 'close', reason: rest };
    case 'find':
      return rest === '' ? needs('/find <text>') : { kind: 'find', text: rest };
    default:
      return {
        kind: 'unknown',
        help: `there is no command \`/${name}\`; one of ${usages.map(({ usage }) => usage.split(' ')[0]).join(', ')}`,
      };
  }
}

function runOf([playbook, ...given]: readonly string[]): Command {
  if (playbook === undefined) return needs('/run <playbook> [input=value …]');
  const wrong = given.find((word) => !/^[\w-]+=./u.test(word));
  if (wrong !== undefined) return { kind: 'unknown', help: `\`${wrong}\` is no input: write name=value` };
  const inputs = Object.fromEntries(given.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  return { kind: 'run', playbook, inputs };
}

function needs(usage: string): Command {
  return { kind: 'unknown', help: `write \`${usage}\`` };
}
