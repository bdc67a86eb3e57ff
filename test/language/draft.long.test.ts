import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import type { Inventory } from '../../domain/context/inventory.ts';
import { parseInventory } from '../../domain/context/parse-inventory.ts';
import { EdictError } from '../../domain/errors.ts';
import { draftPolicy, maxRequirementChars } from '../../domain/language/draft.ts';
import { parsePolicy } from '../../domain/policy/policy.schema.ts';
import { validatePolicy } from '../../domain/policy/validate.ts';
import { questionLines, ruleLine } from './render.ts';
import { runs } from '../law.ts';

const root = join(import.meta.dirname, '..');
const fixture = (name: string): string => readFileSync(join(root, 'fixtures', name), 'utf8');
const inventory: Inventory = parseInventory({
  assets: fixture('language/inventory.csv'),
  zones: fixture('language/zones.csv'),
}).inventory;
const draft = (text: string) => draftPolicy(text, inventory, { owner: 'payments-security' });

type Case = { readonly say: string; readonly rules: readonly string[]; readonly questions?: readonly unknown[] };
const folder = join(root, 'cases', 'language');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const cases = files.flatMap((file) => (parse(readFileSync(join(folder, file), 'utf8')) as Case[]).map((one) => ({ file, ...one })));

describe('the grammar', () => {
  it('is tested by more than a hundred sentences', () => {
    expect(cases.length).toBeGreaterThan(100);
  });

  it.each(cases)('$file: reads “$say”', ({ say, rules, questions = [] }) => {
    const { policy, spans, unread } = draft(say);
    expect(policy.rules.map(ruleLine)).toEqual(rules);
    expect(policy.questions.map(questionLines)).toEqual(questions);
    expect(policy.requirements.map(({ text }) => text)).toEqual([say]);
    for (const rule of policy.rules) expect(spans).toContainEqual({ rule: rule.id, requirement: 'r1', start: 0, end: say.length });
    expect(unread.length).toBe(rules.length === 0 && spans.length === 0 ? 1 : 0);
  });

  it.each(cases)('$file: what it makes of “$say” is a sound policy', ({ say }) => {
    const { policy } = draft(say);
    expect(parsePolicy(JSON.parse(JSON.stringify(policy)))).toEqual(JSON.parse(JSON.stringify(policy)));
    expect(validatePolicy(policy, inventory).filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('a text of several sentences', () => {
  const text = `Only the payments service may connect to the cardholder database on port 5432. Nobody may use SSH from the internet.
- Backups run at night
- Make coffee
- Workstations must not reach the data zone`;

  it('makes one requirement of each sentence, and one of unread sentences in a row', () => {
    const { policy, unread } = draft(text);
    expect(policy.requirements.map(({ id, text: said }) => `${id} ${said}`)).toEqual([
      'r1 Only the payments service may connect to the cardholder database on port 5432.',
      'r2 Nobody may use SSH from the internet.',
      'r3 Backups run at night\n- Make coffee',
      'r4 Workstations must not reach the data zone',
    ]);
    expect(unread).toEqual([{ requirement: 'r3', start: 0, end: 'Backups run at night\n- Make coffee'.length }]);
    expect(policy.questions.map(({ id, about }) => `${id} ${about}`)).toEqual(['q1 r1', 'q2 r3']);
    expect(policy.rules.map(({ requirement }) => requirement)).toEqual(['r1', 'r1', 'r2', 'r4']);
  });

  it('names the policy after what it protects, and suggests controls', () => {
    const { policy } = draft(text);
    expect(policy).toMatchObject({ policy: 'cardholder-db', title: 'Who reaches cardholder-db', owner: 'payments-security' });
    expect(policy.controls).toEqual(['ac-17', 'ac-4', 'cm-7', 'sc-7', 'sc-7.5'].map((id) => `nist-800-53r5:${id}`));
  });

  it('loses no word: every requirement stands in the text, and nothing else does but space and bullets', () => {
    let rest = text;
    for (const { text: said } of draft(text).policy.requirements) rest = rest.replace(said, '');
    expect(rest.trim().replaceAll(/[\s-]/g, '')).toBe('');
  });

  it('is read the same every time', () => {
    expect(JSON.stringify(draft(text))).toBe(JSON.stringify(draft(text)));
  });

  it('keeps rule ids and question ids unique when sentences repeat', () => {
    const { policy } = draft('Block telnet everywhere. Block telnet everywhere. Block telnet everywhere.');
    expect(policy.rules.map(({ id }) => id)).toEqual(['no-any-to-any-tcp-23', 'no-any-to-any-tcp-23-2', 'no-any-to-any-tcp-23-3']);
  });
});

describe('a requirement that is not one', () => {
  const codeOf = (text: string): string => {
    try {
      draft(text);
      return 'read';
    } catch (error) {
      if (error instanceof EdictError) return error.code;
      throw error;
    }
  };

  it.each(['', ' ', '\n\t\u00a0'])('%j is empty', (text) => {
    expect(codeOf(text)).toBe('requirement-empty');
  });

  it('of a megabyte is refused at once', () => {
    const text = 'Block telnet everywhere. '.repeat(40_000);
    const started = performance.now();
    expect(codeOf(text)).toBe('input-too-large');
    expect(performance.now() - started).toBeLessThan(50);
  });

  it('of too many sentences is refused', () => {
    expect(codeOf('Block telnet. '.repeat(501))).toBe('input-too-large');
  });

  it('that lists more than a sentence may make is a question', () => {
    const hosts = Array.from({ length: 40 }, (_, index) => `10.0.0.${index + 1}`).join(', ');
    const { policy } = draft(`${hosts} may connect to ${hosts} on port 443.`);
    expect(policy.rules).toEqual([]);
    expect(policy.questions).toHaveLength(1);
  });
});

describe('hostile text', () => {
  const texts = fixture('language/hostile.jsonl')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as string);
  const wide = (text: string): boolean =>
    /\b(?:all|any|every|everyone|everybody|anyone|anybody|everything|anything|everywhere|anywhere)\b/iu.test(text);

  it('has texts to try', () => {
    expect(texts.length).toBeGreaterThan(150);
  });

  it('never throws anything but an error of the table, and allows nothing wider than its words', () => {
    for (const text of texts) {
      for (const said of [text, `Only the payments service may connect to ${text} on port 5432.`, `Allow ${text} to connect to db-1.`]) {
        const { policy } = tryDraft(said);
        for (const rule of policy?.rules ?? []) {
          if (rule.effect === 'allow' && (rule.match.from === 'any' || rule.match.to === 'any')) expect(wide(said)).toBe(true);
        }
      }
    }
  });

  const tryDraft = (text: string) => {
    try {
      return draft(text);
    } catch (error) {
      expect(error).toBeInstanceOf(EdictError);
      return { policy: undefined };
    }
  };

  it('takes no more than linear time: near the limit any text is read within a second', () => {
    const pieces = ['"', '`a', '“', 'a,', ' and', '::', '1-', '- \n', 'except ', 'between 02:00 and ', 'on Sun ', '10.0.0.1, ', '0:'];
    for (const piece of pieces) {
      for (const start of ['', 'Nobody may use SSH except ']) {
        const text = start + piece.repeat(Math.floor((maxRequirementChars - start.length) / piece.length));
        const began = performance.now();
        tryDraft(text);
        expect({ piece, start, slow: performance.now() - began > 1_000 }).toEqual({ piece, start, slow: false });
      }
    }
  });

  it('is read in time beside an inventory of thousands of names that share their words', () => {
    const assets = Array.from({ length: 4_000 }, (_, index) => ({
      ...(inventory.assets[0] as Inventory['assets'][number]),
      name: `server-${index}-prod`,
      addresses: [`10.${index >> 8}.${index & 255}.1`],
    }));
    const began = performance.now();
    const { policy } = draftPolicy('Allow a1 prod prod1 to connect to server prod. '.repeat(100), { assets, zones: [] }, { owner: 'o' });
    expect(policy.rules).toEqual([]);
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  it('made of the grammar’s own words keeps every law of a draft', () => {
    const word = fc.constantFrom(
      ...'only nobody may not must allow deny block the payments service cardholder database internet bastion and or , . from to on port 5432 22 SSH HTTPS except during Sundays 02:00 06:00 UTC between is reachable by restricted access any host else everything ws-17 10.0.0.0/8 at night'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 16 }), (words) => {
        const { policy } = draft(words.join(' '));
        expect(validatePolicy(policy, inventory).filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(policy.rules.length + policy.questions.length).toBeGreaterThan(0);
      }),
      runs(200),
    );
  });
});
