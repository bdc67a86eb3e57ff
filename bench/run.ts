/** `npm run bench -- [--json] [name…]`: every benchmark of speed, each in its own process so that none warms another up. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { workerFlags } from '../stack/programs/apps.ts';
import type { BenchFigure } from './figure.ts';

const notBenches = ['run.ts', 'figure.ts', 'one.ts'];

function benchNames(): readonly string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !notBenches.includes(file))
    .map((file) => file.slice(0, -3))
    .toSorted();
}

/** Runs one benchmark file, by a process like a worker's; it prints a figure a line. */
function runOne(name: string, onFigure: (figure: BenchFigure) => void): Promise<number> {
  const child = spawn(
    process.execPath,
    [...workerFlags, '--expose-gc', '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'one.ts'), name],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((text) => text.startsWith('{'))) onFigure(JSON.parse(line) as BenchFigure);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}

function row(figure: BenchFigure): string {
  const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const spread = `±${((figure.spread * 100) / 2).toFixed(0)} %`;
  return `${figure.ratio.toFixed(2).padStart(6)}  ${figure.name.padEnd(52)} ${number(figure.ours).padStart(8)} ${figure.unit.padEnd(10)} ${number(figure.limit).padStart(8)}  ${String(figure.repetitions).padStart(3)}×  ${spread}`;
}

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const wanted = args.filter((arg) => !arg.startsWith('--'));
  const names = benchNames();
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`unknown benchmark \`${unknown.join('`, `')}\`: there are ${names.join(', ')}\n`);
    return 2;
  }
  if (!json) process.stdout.write(` ratio  ${'what'.padEnd(52)} ${'ours'.padStart(8)} ${'unit'.padEnd(10)} ${'limit'.padStart(8)}\n`);
  let failed = 0;
  for (const name of wanted.length > 0 ? wanted : names) {
    const code = await runOne(name, (figure) => process.stdout.write(`${json ? JSON.stringify(figure) : row(figure)}\n`));
    if (code !== 0) failed += 1;
  }
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
