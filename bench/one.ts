/** Runs the benchmark named by the first argument and prints one JSON object a figure, each as soon as the benchmark gives it. */
import type { BenchFigure } from './figure.ts';

const name = process.argv[2] ?? '';
const module = (await import(`./${name}.ts`)) as {
  readonly bench: () => Promise<readonly BenchFigure[]> | AsyncIterable<BenchFigure>;
};
for await (const figure of await module.bench()) process.stdout.write(`${JSON.stringify(figure)}\n`);
process.exit(0);
