/**
 * `npm run eval -- [--json] [--data DIR] [language|detectors …]`: what the claims of quality are measured with. One figure a line.
 * `--data` adds sentences (`*.jsonl` with `sentence`) and Zeek logs (`*conn.log`) from a directory of one's own.
 */
import { parseArgs } from 'node:util';
import { evalDetectors } from './eval-detectors.ts';
import type { QualityFigure } from './eval-figure.ts';
import { evalLanguage } from './eval-language.ts';

const evaluations: { readonly [name: string]: (data: string | undefined) => readonly QualityFigure[] } = {
  detectors: evalDetectors,
  language: evalLanguage,
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' }, data: { type: 'string' } } });
const names = positionals.length > 0 ? positionals : Object.keys(evaluations);
const unknown = names.filter((name) => !Object.hasOwn(evaluations, name));
if (unknown.length > 0) {
  process.stderr.write(`unknown evaluation \`${unknown.join('`, `')}\`: there are ${Object.keys(evaluations).join(', ')}\n`);
  process.exitCode = 2;
} else {
  for (const figure of names.flatMap((name) => evaluations[name]?.(values.data) ?? [])) {
    const line = `${String(figure.right).padStart(6)} of ${String(figure.of).padEnd(6)} ${figure.name}`;
    process.stdout.write(`${values.json === true ? JSON.stringify(figure) : line}\n`);
  }
}
