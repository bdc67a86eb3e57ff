/**
 * Sets of strings as patterns: a sequence of tokens, each a set of characters that is met once or any number of times. Wildcards
 * (`*` any text, `?` one character), literals, case-insensitive variants and ARN segments are all patterns, so that one algebra
 * (classes.ts) holds them together. Characters are Unicode code points.
 */

/** `codes`, or all characters but these. */
export type CharSet = { readonly negated: boolean; readonly codes: readonly number[] };

export type Token = { readonly set: CharSet; readonly repeat: boolean };

export type Pattern = {
  /** Equal keys are equal patterns. */
  readonly key: string;
  readonly tokens: readonly Token[];
};

export const anyCharacter: CharSet = { negated: true, codes: [] };

/** Every character but these. */
export function except(characters: string): CharSet {
  return { negated: true, codes: codesOf(characters) };
}

export function one(set: CharSet): Token {
  return { set, repeat: false };
}

export function many(set: CharSet): Token {
  return { set, repeat: true };
}

/** The tokens of a text as it stands; `fold` takes upper and lower case for the same. */
export function literalTokens(text: string, fold = false): readonly Token[] {
  return Array.from(text, (character) => one({ negated: false, codes: fold ? cases(character) : [codeOf(character)] }));
}

/** `*` and `?` are wildcards of the given characters. */
export function wildcardTokens(text: string, { fold = false, over = anyCharacter }: PatternOptions = {}): readonly Token[] {
  const tokens: Token[] = [];
  for (const part of text.split(/([*?])/u)) {
    if (part === '*') tokens.push(many(over));
    else if (part === '?') tokens.push(one(over));
    else tokens.push(...literalTokens(part, fold));
  }
  return tokens;
}

export type PatternOptions = {
  readonly fold?: boolean;
  /** The characters that a wildcard stands for; any unless told. */
  readonly over?: CharSet;
};

/** Stars that follow each other and mean the same are one. */
export function patternOf(tokens: readonly Token[]): Pattern {
  const kept = tokens.filter((token, index) => {
    const before = tokens[index - 1];
    return !(token.repeat && before?.repeat === true && setKey(before.set) === setKey(token.set));
  });
  return { key: kept.map(tokenKey).join(' '), tokens: kept };
}

export function literal(text: string, fold = false): Pattern {
  return patternOf(literalTokens(text, fold));
}

export function wildcard(text: string, options: PatternOptions = {}): Pattern {
  return patternOf(wildcardTokens(text, options));
}

/** All texts that begin so. */
export function prefix(text: string, fold = false): Pattern {
  return patternOf([...literalTokens(text, fold), many(anyCharacter)]);
}

function cases(character: string): readonly number[] {
  const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
  return lower === upper ? [codeOf(lower)] : [...new Set([...codesOf(lower), ...codesOf(upper)])].toSorted((a, b) => a - b);
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function codesOf(text: string): readonly number[] {
  return Array.from(text, codeOf);
}

function setKey({ negated, codes }: CharSet): string {
  return `${negated ? '^' : ''}${codes.join(',')}`;
}

function tokenKey({ set, repeat }: Token): string {
  return `${setKey(set)}${repeat ? '*' : ''}`;
}

export function inSet({ negated, codes }: CharSet, code: number): boolean {
  return codes.includes(code) !== negated;
}

/** Whether the text is in the set: by the positions that are alive, without going back, so that no pattern makes it slow. */
export function matches({ tokens }: Pattern, text: string): boolean {
  let alive = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  enter(tokens, alive, 0);
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at) ?? 0;
    at += code > 0xffff ? 2 : 1;
    next.fill(0);
    let some = false;
    for (let position = 0; position < tokens.length; position += 1) {
      const token = tokens[position];
      if (alive[position] === 0 || token === undefined || !inSet(token.set, code)) continue;
      enter(tokens, next, token.repeat ? position : position + 1);
      some = true;
    }
    if (!some) return false;
    [alive, next] = [next, alive];
  }
  return alive[tokens.length] === 1;
}

/** A position, and those behind repeated tokens that may be met no time at all. */
function enter(tokens: readonly Token[], alive: Uint8Array, position: number): void {
  for (let at = position; ; at += 1) {
    alive[at] = 1;
    if (tokens[at]?.repeat !== true) return;
  }
}
