/** `edict effect`: what Edict changed outside itself, and the undos that failed. */
import type { Effect } from '../../api/contract/runs.ts';
import type { AddCommands, PageFlags } from '../command.ts';
import { example, pageQuery, paged, withClient, withMore } from '../command.ts';
import { answer, style, table, when } from '../output.ts';
import { EdictError } from '../../domain/errors.ts';

const statuses = ['intended', 'applied', 'confirmed', 'undone', 'failed', 'denied', 'uncertain', 'diverged'] as const;

export const addEffect: AddCommands = (program) => {
  const effect = program.command('effect').description('the effect ledger: what was changed outside, and what became of it');
  for (const add of [addList, addRetry]) add(effect);
};

const addList: AddCommands = (effect) => {
  paged(effect.command('list', { isDefault: true }))
    .description('list the effects, newest first')
    .option('--run <run>', 'those of one run')
    .option('--status <status>', statuses.join(', '))
    .addHelpText('after', example('effect list --status uncertain', 'effect list --status diverged'))
    .action(
      withClient(async ({ client, options }, given: PageFlags & { run?: string; status?: string }) => {
        const query = {
          ...(given.run === undefined ? {} : { run: given.run }),
          ...(given.status === undefined ? {} : { status: statusOf(given.status) }),
          ...pageQuery(given),
        };
        const page = await client.call('effects.list', { query });
        answer(options, page, (clean) =>
          withMore(table(['STATUS', 'EFFECT', 'ACTION', 'ON', 'AT', 'WHY'], clean.items.map(row), 'no effects'), clean),
        );
      }),
    );
};

const addRetry: AddCommands = (effect) => {
  effect
    .command('retry-undo')
    .description('have the undo of a diverged effect tried again, by a run of its own')
    .argument('<effect>', '<run>/<step>/<invocation>, as `edict effect list` shows it')
    .requiredOption('--reason <text>', 'kept in the ledger')
    .addHelpText('after', example('effect retry-undo contain-host-882b222f5af2/isolate/1 --reason "the firewall is back"'))
    .action(
      withClient(async ({ client, options }, key: string, given: { reason: string }) => {
        const reply = await client.call('effects.retry-undo', { body: { key, reason: given.reason } });
        answer(options, reply, (clean) => `run ${clean.run} tries again to undo ${clean.key}: \`edict run watch ${clean.run}\``);
      }),
    );
};

function statusOf(text: string): (typeof statuses)[number] {
  const status = statuses.find((one) => one === text);
  if (status === undefined) throw new EdictError('input-invalid', `no effect is ever \`${text}\``, { expected: statuses.join(', ') });
  return status;
}

function row({ status, key, action, subjects, targets, intendedAt, error }: Effect): readonly string[] {
  const bad = status === 'diverged' || status === 'uncertain';
  const on = [...new Set([...subjects, ...targets])].join(', ');
  return [
    bad ? style.red(status) : status,
    key,
    action,
    on,
    when(intendedAt),
    error === undefined ? '' : `${error.message} [${error.code}]`,
  ];
}
