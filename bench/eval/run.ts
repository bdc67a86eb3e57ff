/**
 * `npm run eval -- [--json] [--data DIR] [name …]`: what the claims of quality are measured with. One figure a line. `--data` adds
 * sentences (`*.jsonl` with `sentence`) and Zeek logs (`*conn.log`) from a directory of one's own.
 *
 * Those of `onData` take all their cases from `--data`, and print one summary each: `{"total", "supported", "right", "wrong",
 * "unsupported": {reason: count}}`. They run when they are named.
 */
import { parseArgs } from 'node:util';
import { evalCedar } from './cedar.ts';
import { evalDetectors } from './detectors.ts';
import type { QualityFigure } from './figure.ts';
import { evalFirewall } from './firewall.ts';
import { evalIamCompare } from './iam-compare.ts';
import { evalLanguage } from './language.ts';
import { evalNetpol } from './netpol.ts';
import type { EvalSummary } from './summary.ts';

const evaluations: { readonly [name: string]: (data: string | undefined) => readonly QualityFigure[] } = {
  detectors: evalDetectors,
  language: evalLanguage,
};

const onData: { readonly [name: string]: (data: string) => EvalSummary | Promise<EvalSummary> } = {
  cedar: evalCedar,
  firewall: evalFirewall,
  'iam-compare': evalIamCompare,
  netpol: evalNetpol,
};

async function printSummary(name: string, data: string | undefined, json: boolean): Promise<boolean> {
  const evaluation = onData[name];
  if (evaluation === undefined) return true;
  if (data === undefined) {
    process.stderr.write(`\`${name}\` has no cases of its own: \`--data DIR\`\n`);
    return false;
  }
  const { examples = [], ...counts } = await evaluation(data);
  const lines = json ? [JSON.stringify(counts)] : [`${name}: ${JSON.stringify(counts)}`, ...examples.map((each) => `  ${each}`)];
  process.stdout.write(`${lines.join('\n')}\n`);
  return true;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' }, data: { type: 'string' } } });
  const names = positionals.length > 0 ? positionals : Object.keys(evaluations);
  const known = [...Object.keys(evaluations), ...Object.keys(onData)];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`unknown evaluation \`${unknown.join('`, `')}\`: there are ${known.join(', ')}\n`);
    return 2;
  }
  for (const figure of names.flatMap((name) => evaluations[name]?.(values.data) ?? [])) {
    const line = `${String(figure.right).padStart(6)} of ${String(figure.of).padEnd(6)} ${figure.name}`;
    process.stdout.write(`${values.json === true ? JSON.stringify(figure) : line}\n`);
  }
  for (const name of names) if (!(await printSummary(name, values.data, values.json === true))) return 2;
  return 0;
}

process.exitCode = await main();
