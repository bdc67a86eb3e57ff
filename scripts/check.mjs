// `npm run check`: format, lint, both type checks, dead code and the pure tests, each as it would be run by hand; all run, then the sum.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const bin = (name) => join(import.meta.dirname, '..', 'node_modules', '.bin', name);
const jest = join(import.meta.dirname, '..', 'node_modules', 'jest', 'bin', 'jest.js');

/** What did not change since the last time is not checked again. */
const incremental = (name) => [
  '--incremental',
  '--tsBuildInfoFile',
  join(import.meta.dirname, '..', '.edict', 'check', `${name}.tsbuildinfo`),
];

const checks = [
  ['format', bin('oxfmt'), ['--check', '.']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['types', bin('tsc'), ['-p', 'tsconfig.json', ...incremental('all')]],
  ['types of the pure folders', bin('tsc'), ['-p', 'tsconfig.pure.json', ...incremental('pure')]],
  ['types of the console', bin('tsc'), ['-p', 'console/tsconfig.json', ...incremental('console')]],
  ['dead code', bin('knip'), ['--no-progress']],
  [
    'pure tests',
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', jest, '--selectProjects', 'pure', '--silent', '--maxWorkers=100%'],
  ],
];

function run([name, command, args]) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: join(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ name, code: 1, output: error.message, started }));
    child.on('close', (code) => resolve({ name, code, output, seconds: (performance.now() - started) / 1000 }));
  });
}

let failed = 0;
for (const check of checks) {
  const result = await run(check);
  if (result.code !== 0) {
    failed += 1;
    process.stdout.write(result.output);
  }
  process.stdout.write(`${result.code === 0 ? '✓' : '✗'} ${result.name} (${(result.seconds ?? 0).toFixed(1)} s)\n`);
}
process.exitCode = failed === 0 ? 0 : 1;
