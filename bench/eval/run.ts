/**
 * `npm run eval -- [--json] [--data DIR] [name …]`: what the claims of quality are measured with. One figure a line. `--data` adds
 * sentences (`*.jsonl` with `sentence`) and Zeek logs (`*conn.log`) from a directory of one's own.
 *
 * Those of `onData` take all their cases from `--data`, and print one summary each: `{"total", "supported", "right", "wrong",
 * "unsupported": {reason: count}}`. They run when they are named.
 */
import { statSync } from 'node:fs';
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

type OnData = { readonly judge: (data: string) => EvalSummary; readonly expects: string };

const onData: { readonly [name: string]: OnData } = {
  cedar: { judge: evalCedar, expects: 'folders with `*.cedar`, a schema, entities and requests under `ALLOW` or `DENY`' },
  firewall: { judge: evalFirewall, expects: '`*.jsonl` of `{id, generator, policy, defs, output}`' },
  'iam-compare': {
    judge: evalIamCompare,
    expects: 'folders with `*.jsonl` of `{id, policy}` and `{p1, p2, relation_plain, relation_aws}`',
  },
  netpol: { judge: evalNetpol, expects: '`*.jsonl` of `{id, title, manifests}`' },
};

function printSummary(name: string, data: string | undefined, json: boolean): boolean {
  const evaluation = onData[name];
  if (evaluation === undefined) return true;
  if (data === undefined) {
    process.stderr.write(`\`${name}\` has no cases of its own: \`--data DIR\`\n`);
    return false;
  }
  if (statSync(data, { throwIfNoEntry: false })?.isDirectory() !== true) {
    process.stderr.write(`--data: \`${data}\` is no directory\n`);
    return false;
  }
  const { examples = [], ...counts } = evaluation.judge(data);
  const lines = json ? [JSON.stringify(counts)] : [`${name}: ${JSON.stringify(counts)}`, ...examples.map((each) => `  ${each}`)];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (counts.total === 0) process.stderr.write(`\`${name}\` has found no case in ${data}: it takes ${evaluation.expects}\n`);
  return counts.total > 0;
}

function main(): number {
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
  for (const name of names) if (!printSummary(name, values.data, values.json === true)) return 2;
  return 0;
}

process.exitCode = main();
