/**
 * Matches a phrase of the requirement to the inventory's names. Scores, so that a match can be explained:
 *
 *   100  the name itself (case apart), or a selector as it stands: `group:cardholder-db`
 *    95  the same words after folding (hyphen, plural, the synonyms of vocabulary.ts)
 *    90  the same, kind words and words such as `servers` left out
 *    80  the same words in another order
 *   <60  some words in common, or a small slip of the keys: a suggestion in a question, never a match
 *
 * A kind word (`the payments service`) keeps to names of that kind where there is one. The best score of at least 80 wins; names of
 * different kinds that stand for the same addresses are one; otherwise there is a tie, and the draft asks.
 */
import { canonicalAddress, readCidr } from '../context/address.ts';
import type { Inventory } from '../context/inventory.ts';
import type { Party } from './parties.ts';
import { fold, isLetterOrDigit } from './tokenise.ts';
import { hostNouns, kindWords, synonyms } from './vocabulary.ts';

export type Match =
  | { readonly kind: 'one'; readonly selector: string; readonly score: number }
  | { readonly kind: 'several'; readonly selectors: readonly string[] }
  | { readonly kind: 'none'; readonly suggestions: readonly string[] };

type Candidate = {
  readonly selector: string;
  readonly kind: string;
  readonly name: string;
  readonly words: readonly string[];
  readonly all: readonly string[];
  readonly addresses: string;
  /** The name, and its telling words, as suggestions compare them. */
  readonly folded: string;
  readonly told: string;
};

export type Names = {
  readonly candidates: readonly Candidate[];
  readonly byWord: ReadonlyMap<string, readonly Candidate[]>;
  readonly byName: ReadonlyMap<string, readonly Candidate[]>;
  /** By the telling words in order of the alphabet: all that can score 80 or more beside the name itself. */
  readonly byWords: ReadonlyMap<string, readonly Candidate[]>;
};

/** A word that more names have than this tells nothing: it makes no suggestions. */
const maxNamesOfWord = 200;
/** In a larger inventory, slips of the keys are not looked for: names that share words are suggested all the same. */
const maxNamesToCompare = 1_500;

const kindOrder = ['asset', 'group', 'service', 'zone'];
const maxSuggestions = 3;
const selectorForm = /^(zone|service|group|asset):([^<>]{1,128})$/u;
const internetWords: ReadonlySet<string> = new Set(['internet', 'public internet', 'open internet', 'world wide web']);

export function indexNames(inventory: Inventory): Names {
  const candidates = allNames(inventory);
  const byWord = new Map<string, Candidate[]>();
  const byName = new Map<string, Candidate[]>();
  const byWords = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    for (const word of new Set(candidate.words)) append(byWord, word, candidate);
    append(byName, candidate.folded, candidate);
    append(byWords, wordKey(candidate.words), candidate);
  }
  return { candidates, byWord, byName, byWords };
}

export function matchName(party: Extract<Party, { kind: 'name' }>, names: Names): Match {
  const text = fold(party.text).trim();
  const literal = literalMatch(text) ?? selectorMatch(text, names);
  if (literal !== undefined) return literal;
  if (internetWords.has(text)) return { kind: 'one', selector: 'zone:internet', score: 100 };
  const scored = scoreAll(text, party, names);
  const best = Math.max(0, ...scored.map(({ score }) => score));
  if (best < 80) return { kind: 'none', suggestions: suggestionsFor(text, scored, names) };
  const winners = distinct(scored.filter(({ score }) => score === best).map(({ candidate }) => candidate));
  const [winner] = winners;
  if (winners.length === 1 && winner !== undefined) return { kind: 'one', selector: winner.selector, score: best };
  return { kind: 'several', selectors: winners.map(({ selector }) => selector) };
}

/** Whether the text can stand as a selector by itself: `kind:name` or an address, CIDR or range. */
export function isSelector(text: string): boolean {
  return text === 'any' || selectorForm.test(text) || literalMatch(text)?.kind === 'one';
}

function literalMatch(text: string): Match | undefined {
  const address = canonicalAddress(text);
  if (address !== undefined) return { kind: 'one', selector: address, score: 100 };
  const cidr = text.includes('/') ? readCidr(text) : undefined;
  if (cidr !== undefined) {
    const network = `${cidr.network}/${cidr.prefix}`;
    return cidr.network === cidr.address
      ? { kind: 'one', selector: network, score: 100 }
      : { kind: 'several', selectors: [network, cidr.address] };
  }
  const [low = '', high = '', ...rest] = text.split('-');
  const [first, last] = [canonicalAddress(low), canonicalAddress(high)];
  if (rest.length > 0 || first === undefined || last === undefined) return undefined;
  return { kind: 'one', selector: `${first}-${last}`, score: 100 };
}

function selectorMatch(text: string, names: Names): Match | undefined {
  const [, kind, name] = selectorForm.exec(text) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  if (kind === 'zone' && name === 'internet') return { kind: 'one', selector: 'zone:internet', score: 100 };
  const found = (names.byName.get(name) ?? []).find((candidate) => candidate.kind === kind);
  if (found !== undefined) return { kind: 'one', selector: found.selector, score: 100 };
  return { kind: 'none', suggestions: (names.byName.get(name) ?? []).map(({ selector }) => selector).slice(0, maxSuggestions) };
}

type Scored = { readonly candidate: Candidate; readonly score: number };

function scoreAll(text: string, party: Extract<Party, { kind: 'name' }>, names: Names): readonly Scored[] {
  const all = splitWords(text);
  const words = telling(all);
  const exact = names.byName.get(text) ?? [];
  const telltale = words.map((word) => names.byWord.get(word) ?? []).filter(({ length }) => length <= maxNamesOfWord);
  const found = new Set<Candidate>([...exact, ...(names.byWords.get(wordKey(words)) ?? []), ...telltale.flat()]);
  const scored = [...found].map((candidate) => ({
    candidate,
    score: exact.includes(candidate) ? 100 : scoreWords({ words, all }, candidate),
  }));
  if (party.quoted) return scored.filter(({ score }) => score === 100 || score < 80);
  const ofKind = scored.filter(({ candidate, score }) => candidate.kind === party.said && score >= 80);
  if (ofKind.length > 0) return ofKind;
  // `the dmz zone` names no group: where the kind was said and only other kinds have the name, it is a suggestion.
  if (party.said === undefined || party.said === 'asset') return scored;
  return scored.map(({ candidate, score }) => ({ candidate, score: isLoose(party.said, candidate.kind) ? score : Math.min(score, 59) }));
}

/** People call a group of hosts a service and the other way round; a zone is a zone. */
function isLoose(said: string | undefined, kind: string): boolean {
  return said !== 'zone' && kind !== 'zone';
}

function wordKey(words: readonly string[]): string {
  return words.toSorted().join(' ');
}

type Phrase = { readonly words: readonly string[]; readonly all: readonly string[] };

function scoreWords({ words: phrase, all }: Phrase, { words: name, all: allOfName }: Candidate): number {
  if (all.join(' ') === allOfName.join(' ')) return 95;
  if (phrase.join(' ') === name.join(' ')) return 90;
  if (wordKey(phrase) === wordKey(name)) return 80;
  const common = phrase.filter((word) => name.includes(word)).length;
  return Math.round((50 * common) / (phrase.length + name.length - common));
}

/** `The Cardholder-Databases` → the cardholder db */
function splitWords(text: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (const char of `${fold(text)} `) {
    if (isLetterOrDigit(char)) part += char;
    else if (part !== '') {
      parts.push(stem(part));
      part = '';
    }
  }
  return parts;
}

const idleWords: ReadonlySet<string> = new Set([...Object.keys(kindWords), ...hostNouns].map(stem));

/** Without words that only say what kind of thing it is, unless nothing else is there. */
function telling(words: readonly string[]): readonly string[] {
  const kept = words.filter((word) => !idleWords.has(word));
  return kept.length > 0 ? kept : words;
}

function stem(word: string): string {
  const known = Object.hasOwn(synonyms, word) ? synonyms[word] : undefined;
  if (known !== undefined) return known;
  const singular = singularOf(word);
  return Object.hasOwn(synonyms, singular) ? (synonyms[singular] ?? singular) : singular;
}

function singularOf(word: string): string {
  if (word.length <= 3 || !word.endsWith('s') || word.endsWith('ss') || word.endsWith('us')) return word;
  return word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.slice(0, -1);
}

function suggestionsFor(text: string, scored: readonly Scored[], names: Names): readonly string[] {
  const ranked = scored
    .toSorted((a, b) => b.score - a.score || (a.candidate.selector < b.candidate.selector ? -1 : 1))
    .map(({ candidate }) => candidate.selector);
  const told = telling(splitWords(text)).join(' ');
  if (text.length > 40 || names.candidates.length > maxNamesToCompare) return [...new Set(ranked)].slice(0, maxSuggestions);
  const near = names.candidates
    .filter((candidate) => isNear(text, candidate.folded) || isNear(told, candidate.told))
    .map(({ selector }) => selector);
  return [...new Set([...near, ...ranked])].slice(0, maxSuggestions);
}

/** At most two slips of the keys, and fewer than a third of the letters (Levenshtein with an early end). */
function isNear(a: string, b: string): boolean {
  const gap = a.length - b.length;
  if (gap > 2 || gap < -2) return false;
  const most = Math.min(2, Math.floor(Math.min(a.length, b.length) / 3));
  return most > 0 && distanceWithin(a, b, most);
}

function distanceWithin(a: string, b: string, most: number): boolean {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    if (Math.min(...next) > most) return false;
    row = next;
  }
  return (row[b.length] ?? 99) <= most;
}

/** One of those that stand for the same addresses, by kindOrder. */
function distinct(candidates: readonly Candidate[]): readonly Candidate[] {
  const byAddresses = new Map<string, Candidate>();
  for (const candidate of candidates.toSorted(
    (a, b) => kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind) || (a.selector < b.selector ? -1 : 1),
  )) {
    if (!byAddresses.has(candidate.addresses)) byAddresses.set(candidate.addresses, candidate);
  }
  return [...byAddresses.values()];
}

function allNames(inventory: Inventory): readonly Candidate[] {
  const members = new Map<string, { kind: string; name: string; addresses: string[] }>();
  const add = (kind: string, name: string, addresses: readonly string[]): void => {
    const entry = members.get(`${kind}:${name}`) ?? { kind, name, addresses: [] };
    entry.addresses.push(...addresses);
    members.set(`${kind}:${name}`, entry);
  };
  for (const asset of inventory.assets) {
    add('asset', asset.name, asset.addresses);
    for (const service of asset.services) add('service', service, asset.addresses);
    for (const group of asset.groups) add('group', group, asset.addresses);
    if (!inventory.zones.some((zone) => zone.name === asset.zone)) add('zone', asset.zone, asset.addresses);
  }
  for (const zone of inventory.zones) add('zone', zone.name, zone.cidrs);
  return [...members].map(([selector, { kind, name, addresses }]) => {
    const all = splitWords(name);
    const words = telling(all);
    return {
      selector,
      kind,
      name,
      all,
      words,
      addresses: [...new Set(addresses)].toSorted().join(' '),
      folded: fold(name),
      told: words.join(' '),
    };
  });
}

function append(map: Map<string, Candidate[]>, key: string, candidate: Candidate): void {
  const list = map.get(key) ?? [];
  list.push(candidate);
  map.set(key, list);
}
