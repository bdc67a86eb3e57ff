/** What every stage of the demo is told with: lines, checks that count, questions to the person at the keyboard, and what the stages hand on. */
import { createInterface } from 'node:readline/promises';
import type { Client } from '../cli/client.ts';
import type { Lab } from '../connectors/nftables/lab.ts';
import type { Stack } from '../stack/supervisor.ts';

export type PersonName = 'admin' | 'engineer' | 'analyst' | 'manager-1' | 'manager-2' | 'auditor';

export type Story = {
  readonly stack: Stack;
  /** Undefined where the machine allows no network namespaces: then OPA is the only enforcement point. */
  readonly lab: Lab | undefined;
  readonly dataDir: string;
  readonly api: string;
  /** Secret of the webhook source `default`, made at the first start. */
  readonly webhookSecret: string;
  readonly as: (person: PersonName) => Client;
  /** Tells a fact of the stage that runs. */
  readonly say: (text: string, facts?: { readonly [name: string]: unknown }) => void;
  /** A check of the story: all must hold for the demo to exit with 0. */
  readonly check: (what: string, held: boolean) => void;
  /** Asks the person at the keyboard; with --yes the answer is yes. */
  readonly ask: (question: string) => Promise<boolean>;
};

export type Stage = { readonly number: number; readonly name: string; readonly tell: (story: Story) => Promise<void> };

export type Told = { readonly name: string; readonly checks: readonly { readonly what: string; readonly held: boolean }[] };

export type Voice = {
  readonly beginStage: (stage: Stage) => void;
  readonly endStage: (elapsedMs: number) => void;
  readonly say: Story['say'];
  readonly check: Story['check'];
  readonly ask: Story['ask'];
  readonly told: () => readonly Told[];
};

export type VoiceOptions = { readonly json: boolean; readonly yes: boolean };

type Page = { stage: Stage; lines: string[]; facts: { [name: string]: unknown }; checks: { what: string; held: boolean }[] };

/** In words, or one JSON object a stage. */
export function createVoice(options: VoiceOptions): Voice {
  const pages: Page[] = [];
  const page = (): Page => {
    const current = pages.at(-1);
    if (current === undefined) throw new Error('no stage has begun');
    return current;
  };
  return {
    beginStage: (stage) => {
      pages.push({ stage, lines: [], facts: {}, checks: [] });
    },
    say: (text, facts = {}) => {
      const current = page();
      if (!options.json) process.stdout.write(`  ${lead(current)} ${text}\n`);
      current.lines.push(text);
      Object.assign(current.facts, facts);
    },
    check: (what, held) => {
      page().checks.push({ what, held });
      if (!held && !options.json) process.stdout.write(`  ${' '.repeat(12)} ✗ did not hold: ${what}\n`);
    },
    ask: (question) => (options.yes ? Promise.resolve(true) : askPerson(question)),
    endStage: (elapsedMs) => {
      const { stage, lines, facts, checks } = page();
      if (!options.json) return;
      process.stdout.write(
        `${JSON.stringify({ stage: stage.number, name: stage.name, elapsedMs: Math.round(elapsedMs), lines, facts, checks })}\n`,
      );
    },
    told: () => pages.map(({ stage, checks }) => ({ name: stage.name, checks })),
  };
}

/** The first line of a stage carries its number and name. */
function lead(page: Page): string {
  return page.lines.length === 0 ? `${page.stage.number} ${page.stage.name.padEnd(10)}` : ' '.repeat(12);
}

async function askPerson(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const given = await prompt.question(`  ${' '.repeat(12)} ${question} [Y/n] `);
  prompt.close();
  return !/^n/iu.test(given.trim());
}

/** Asks again and again until the answer is there; the last answer is returned even when time ran out. */
export async function until<T>(
  ask: () => Promise<T>,
  good: (value: T) => boolean,
  options: { readonly forMs: number; readonly everyMs?: number },
): Promise<T> {
  const deadline = performance.now() + options.forMs;
  let value = await ask();
  while (!good(value) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 100));
    value = await ask();
  }
  return value;
}

export function short(digest: string): string {
  return digest.length > 15 ? `${digest.slice(0, 15)}…` : digest;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
