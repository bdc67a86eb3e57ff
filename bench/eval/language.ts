/**
 * The grammar: how many of the case sentences it reads exactly as written down; of sentences that are no network policy at all (one's
 * own data), how many it makes no rule of; and how many of the cases' rules are no wider than expected.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseInventory } from '../../domain/context/parse-inventory.ts';
import { draftPolicy } from '../../domain/language/draft.ts';
import { ruleLine } from '../../test/language/render.ts';
import { filesUnder, qualityFigure } from './figure.ts';
import type { QualityFigure } from './figure.ts';

type Case = { readonly say: string; readonly rules: readonly string[] };

const test = join(import.meta.dirname, '..', '..', 'test');
const fixture = (name: string): string => readFileSync(join(test, 'fixtures', 'language', name), 'utf8');

export function evalLanguage(data: string | undefined): readonly QualityFigure[] {
  const { inventory } = parseInventory({ assets: fixture('inventory.csv'), zones: fixture('zones.csv') });
  const read = (text: string): readonly string[] => draftPolicy(text, inventory, { owner: 'eval' }).policy.rules.map(ruleLine);
  const folder = join(test, 'cases', 'language');
  const cases = readdirSync(folder).flatMap((name) => parse(readFileSync(join(folder, name), 'utf8')) as readonly Case[]);
  const differing = cases.filter(({ say, rules }) => read(say).join('\n') !== rules.join('\n'));
  const invented = cases.filter(({ say, rules }) => read(say).some((rule) => rule.startsWith('allow') && !rules.includes(rule)));
  const foreign = filesUnder(data, '.jsonl').flatMap(sentencesOf);
  const ruled = foreign.filter((sentence) => read(sentence).length > 0);
  return [
    qualityFigure(
      'language: case sentences read as expected',
      cases.length - differing.length,
      cases.length,
      differing.map(({ say }) => say),
    ),
    qualityFigure(
      'language: case sentences without an unexpected permission',
      cases.length - invented.length,
      cases.length,
      invented.map(({ say }) => say),
    ),
    ...(foreign.length === 0
      ? []
      : [qualityFigure('language: foreign sentences that no rule was made of', foreign.length - ruled.length, foreign.length, ruled)]),
  ];
}

function sentencesOf(file: string): readonly string[] {
  const records = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as unknown);
  return records.flatMap((record) => {
    const sentence = (record as { readonly sentence?: unknown } | null)?.sentence;
    return typeof sentence === 'string' && sentence.trim() !== '' ? [sentence] : [];
  });
}
