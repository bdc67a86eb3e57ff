/** `edict playbook simulate … --incident, --run, --all-incidents`: any version on runs that were recorded. The server goes through them; nothing is done. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { EdictError } from '../../domain/errors.ts';
import { globals } from '../command.ts';
import { readFileText, readText, readYaml } from '../input.ts';
import { answer } from '../output.ts';
import { openSession } from '../session.ts';
import { simulationWords } from '../simulation-words.ts';

export type RecordedFlags = {
  readonly incident?: string;
  readonly run?: string;
  readonly allIncidents?: boolean;
  readonly last?: string;
  readonly fakes?: string;
  readonly people?: string;
};

export function addRecordedOptions(command: Command): Command {
  return command
    .option('--incident <id>', 'on the recorded runs of this incident: how a file, or `name[@version]`, would have decided')
    .option('--run <id>', 'on this recorded run')
    .option('--all-incidents', 'on the newest recorded runs of the playbook, all incidents')
    .option('--last <n>', 'of so many runs at most, 1 to 100', '50');
}

export const isRecorded = ({ incident, run, allIncidents }: RecordedFlags): boolean =>
  incident !== undefined || run !== undefined || allIncidents === true;

/** `target`: a file, or a published playbook as `name` or `name@version`. */
export async function simulateRecorded(command: Command, target: string, flags: RecordedFlags): Promise<void> {
  const { incident, run, fakes, people } = flags;
  const options = globals(command);
  const reply = await openSession(options).call('playbooks.simulate', {
    body: {
      ...(await playbookOf(target)),
      ...(incident === undefined ? {} : { incident }),
      ...(run === undefined ? {} : { run }),
      last: lastOf(flags.last ?? '50'),
      ...(fakes === undefined ? {} : { fakes: readYaml(await readText(fakes), 'fakes') }),
      ...(people === undefined ? {} : { people: readList(readYaml(await readText(people), 'people')) }),
    },
  });
  answer(options, reply, simulationWords);
}

async function playbookOf(target: string): Promise<{ readonly source: string } | { readonly playbook: string; readonly version?: string }> {
  if (target === '-' || existsSync(target)) return { source: await readFileText(target) };
  const [, playbook = target, version] = /^([a-z0-9-]+)(?:@(\d+\.\d+\.\d+))?$/u.exec(target) ?? [];
  return version === undefined ? { playbook } : { playbook, version };
}

function lastOf(text: string): number {
  const last = /^\d{1,3}$/u.test(text) ? Number(text) : 0;
  if (last >= 1 && last <= 100) return last;
  throw new EdictError('input-invalid', `\`${text}\` is no number of runs`, { where: '--last', expected: '1 to 100' });
}

function readList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new EdictError('input-invalid', '`people` is no list', { where: '--people', expected: '`[{ at: 5m, who: max, approve: ask }]`' });
}
