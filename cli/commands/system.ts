/** `edict system`: outside systems that playbooks act on. */
import { SystemKind } from '../../api/contract/systems.ts';
import type { System } from '../../api/contract/systems.ts';
import type { RunDetail } from '../../api/contract/runs.ts';
import { EdictError } from '../../domain/errors.ts';
import type { AddCommands } from '../command.ts';
import { example, withClient } from '../command.ts';
import type { Client } from '../client.ts';
import { readPairs, readText } from '../input.ts';
import { answer, progress, table, when } from '../output.ts';
import { toJson } from '../plain.ts';

export const addSystem: AddCommands = (program) => {
  const system = program.command('system').description('outside systems that playbooks act on: directory, mail, endpoints, cloud');
  for (const add of [addList, addShow, addAdd, addTest, addRemove]) add(system);
};

const addList: AddCommands = (system) => {
  system
    .command('list', { isDefault: true })
    .description('list the systems and what each can do')
    .addHelpText('after', example('system'))
    .action(
      withClient(async ({ client, options }) => {
        const found = await client.call('systems.list', {});
        answer(options, found, (clean) =>
          table(
            ['SYSTEM', 'KIND', 'CHANGED', 'CAN'],
            clean.items.map((one) => [one.name, one.kind, when(one.updatedAt), one.capabilities.join(', ')]),
            'no systems: an administrator adds one with `edict system add`',
          ),
        );
      }),
    );
};

const addShow: AddCommands = (system) => {
  system
    .command('show')
    .description('show a system; its secrets are never shown')
    .argument('<name>')
    .addHelpText('after', example('system show entra'))
    .action(
      withClient(async ({ client, options }, name: string) => {
        answer(options, await client.call('systems.get', { params: { name } }), words);
      }),
    );
};

type Given = { readonly kind: string; readonly setting: string[]; readonly secret: string[] };

const addAdd: AddCommands = (system) => {
  system
    .command('add')
    .description('add or change a system')
    .argument('<name>')
    .requiredOption('--kind <kind>', SystemKind.options.join(', '))
    .option('--setting <pairs...>', '<name>=<value>; a value that is JSON is taken as such', [])
    .option('--secret <pairs...>', '<role>=@<file>, or <role>=- for standard input: never on the command line', [])
    .addHelpText(
      'after',
      example(
        '--as admin system add entra --kind microsoft-graph --setting tenant=example.com clientId=… --secret clientSecret=@secret.txt',
      ),
    )
    .action(
      withClient(async ({ client, options }, name: string, given: Given) => {
        const kind = SystemKind.options.find((one) => one === given.kind);
        if (kind === undefined)
          throw new EdictError('input-invalid', `unknown kind \`${given.kind}\``, { expected: SystemKind.options.join(', ') });
        const body = { name, kind, settings: readPairs(given.setting), secrets: await readSecrets(given.secret) };
        answer(options, await client.call('systems.put', { body }), words);
        progress(`\`edict system test ${name}\` says whether it is reached`);
      }),
    );
};

/** A secret on the command line would be in the shell's history and in the list of processes. */
async function readSecrets(pairs: readonly string[]): Promise<{ readonly [role: string]: string }> {
  const read = pairs.map(async (pair): Promise<readonly [string, string]> => {
    const at = pair.indexOf('=');
    const source = pair.slice(at + 1);
    if (at < 1 || !(source === '-' || source.startsWith('@')))
      throw new EdictError('input-invalid', `\`${at < 1 ? pair.slice(0, 8) : pair.slice(0, at)}…\` is not the place of a secret`, {
        expected: '<role>=@<file>, or <role>=- for standard input',
      });
    return [pair.slice(0, at), (await readText(source)).trim()];
  });
  return Object.fromEntries(await Promise.all(read));
}

const addTest: AddCommands = (system) => {
  system
    .command('test')
    .description('ask a system who we are: orders a run that goes the way of its effects')
    .argument('<name>')
    .addHelpText('after', example('system test entra'))
    .action(
      withClient(async ({ client, options }, name: string) => {
        await client.call('systems.get', { params: { name } });
        const { run } = await client.call('playbooks.run', { params: { name: 'check-system' }, body: { inputs: { system: name } } });
        const { status, outcome, view } = await ended(client, run);
        const found = { system: name, run, reached: outcome === 'done', says: view?.outputs ?? {}, reason: view?.error?.message ?? '' };
        if (!found.reached) process.exitCode = 5;
        answer(options, found, (clean) => (clean.reached ? `reached: ${toJson(clean.says)}` : `${outcome ?? status}: ${clean.reason}`));
      }),
    );
};

const addRemove: AddCommands = (system) => {
  system
    .command('remove')
    .description('remove a system and its secrets; what was done there stays done')
    .argument('<name>')
    .addHelpText('after', example('--as admin system remove entra'))
    .action(
      withClient(async ({ client, options }, name: string) => {
        await client.call('systems.remove', { params: { name } });
        answer(options, { removed: name }, (clean) => `removed ${clean.removed}`);
      }),
    );
};

const waitMs = 500;
const longestWaits = 240;

/** The run as it stands once it has ended, or after two minutes. */
async function ended(client: Client, run: string): Promise<RunDetail> {
  for (let waits = 0; ; waits += 1) {
    const detail = await client.call('runs.get', { params: { run } });
    if (detail.status === 'ended' || waits >= longestWaits) return detail;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

function words({ name, kind, settings, secrets, capabilities }: System): string {
  const rows = Object.entries(settings).map(([setting, value]) => `${setting} ${toJson(value)}`);
  return [`${name} · ${kind}`, ...rows, `secrets ${secrets.join(', ') || 'none'}`, `can ${capabilities.join(', ')}`].join('\n');
}
