/**
 * Secrets in the text of a playbook, which everybody reads who may read playbooks: keys of known forms anywhere, comments too; values
 * under a name such as `password`; and long random texts among values (a warning: they may be something else). Linear in the text.
 */
import type { Json } from '../../json.ts';
import type { SourcePlaybook } from '../playbook.schema.ts';
import type { Issue, SourcePath } from './source.ts';

export type SecretIssues = { readonly errors: readonly Issue[]; readonly warnings: readonly Issue[] };

const help = 'outside systems hold their own secrets (`edict system add`); what a run needs besides comes as an input';

/** Prefixes that those who issue them have published. */
const forms: readonly (readonly [what: string, form: RegExp])[] = [
  ['an AWS access key', /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g],
  ['a private key', /-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----/g],
  ['a signed token (JWT)', /\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000}/g],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})/g],
  ['a GitLab token', /\bgl(?:pat|dt|rt|soat)-[A-Za-z0-9_-]{20,100}/g],
  ['a Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}|\bxapp-\d-[A-Za-z0-9-]{10,250}/g],
  ['a Slack webhook', /\bhooks\.slack\.com\/services\/T[A-Z0-9]{6,12}\/B[A-Z0-9]{6,12}\/[A-Za-z0-9]{16,40}/g],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g],
  ['a Stripe key', /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,250}/g],
  ['an API key', /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,250}/g],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['a SendGrid key', /\bSG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{30,60}/g],
  ['a key of an Azure storage account', /\bAccountKey=[A-Za-z0-9+/]{60,100}={0,2}/g],
  ['a token of Edict', /\bedict_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g],
  ['a password in an address', /\b[a-z][a-z0-9+]{1,20}:\/\/[^\s/:@'"$]{1,64}:[^\s/:@'"$]{3,128}@/g],
  ['a bearer token', /\bBearer [A-Za-z0-9._~+/-]{24,2000}/g],
];

/** As documentation writes them. */
const example = /EXAMPLE|(?:x{6}|X{6}|\*{4}|0{8}|1234567890abcdef)/;

export function secretIssues(text: string, playbook: SourcePlaybook): SecretIssues {
  const shaped = forms.flatMap(([what, form]) =>
    [...text.matchAll(form)].flatMap(({ 0: found, index }) =>
      example.test(found) ? [] : [secret(`${what} in plain text`, { at: [], index })],
    ),
  );
  const named: Issue[] = [];
  const random: Issue[] = [];
  for (const { name, value, at } of literalsOf(playbook)) {
    if (forms.some(([, form]) => value.search(form) >= 0)) continue;
    if (isSecretName(name) && isLiteralSecret(value)) named.push(secret(`\`${name}\` is in plain text`, { at }));
    else if (value.split(/[^A-Za-z0-9+/_=-]+/).some(isRandom)) random.push(secret(`\`${name}\` looks like a secret in plain text`, { at }));
  }
  return { errors: [...shaped, ...named], warnings: random };
}

const secret = (text: string, spot: Pick<Issue, 'at' | 'index'>): Issue => ({ code: 'playbook-invalid', text, help, ...spot });

type Literal = { readonly name: string; readonly value: string; readonly at: SourcePath };

/** The texts that stand as values in what steps are given, with the nearest name above them. */
function literalsOf(playbook: SourcePlaybook): readonly Literal[] {
  const found: Literal[] = [];
  walk(playbook as unknown as Json, { at: [], name: '', values: false }, found);
  return found;
}

type Place = { readonly at: SourcePath; readonly name: string; readonly values: boolean };

/** Under these keys stand values of the author's; elsewhere, words of the form. */
const valueKeys: ReadonlySet<string> = new Set(['with', 'set', 'outputs', 'facts', 'default', 'from', 'in', 'inputs']);

function walk(value: Json, place: Place, found: Literal[]): void {
  if (typeof value === 'string') {
    if (place.values) found.push({ name: place.name, value: quoted.exec(value)?.[2] ?? value, at: place.at });
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const { at, values } = place;
  if (Array.isArray(value)) return value.forEach((item: Json, index) => walk(item, { ...place, at: [...at, index] }, found));
  for (const [key, entry] of Object.entries(value)) {
    // A default is a value of the input that it stands in.
    const name = key === 'default' ? place.name : key;
    walk(entry, { at: [...at, key], name, values: values || valueKeys.has(key) }, found);
  }
}

/** An expression that is only a text. */
const quoted = /^\s*(["'])((?:(?!\1).)*)\1\s*$/s;

const secretName =
  /(?:^|_)(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|authorization|(?:api|access|secret|private|signing|encryption)_?key|client_?secret)$/;

function isSecretName(name: string): boolean {
  return secretName.test(
    name
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replaceAll('-', '_')
      .toLowerCase(),
  );
}

/** No expression, no placeholder, nothing that reads as a name of something (`inputs.password`, `vault:edr`). */
function isLiteralSecret(value: string): boolean {
  if (value.length < 4 || value.includes('${') || example.test(value)) return false;
  return !/^(?:<[^<>]*>|\.{3,}|null|none|true|false|required|optional|[a-z][\w-]*(?:\.[\w-]+)+|(?:vault|secret|env|ref):.*)$/i.test(value);
}

/** Long, of mixed letters with digits all over, and with the entropy of chance: hashes (hexadecimal), words and addresses are none of it. */
function isRandom(word: string): boolean {
  if (word.length < 24 || word.length > 4_000 || /^[0-9a-f-]+$/i.test(word) || word.includes('//')) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(word)).length;
  return kinds === 3 && (word.match(/\d+/g) ?? []).length >= 3 && entropyOf(word) >= 4;
}

/** Bits a letter (Shannon). */
function entropyOf(word: string): number {
  const counts = new Map<string, number>();
  for (const letter of word) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / word.length) * Math.log2(count / word.length), 0);
}
