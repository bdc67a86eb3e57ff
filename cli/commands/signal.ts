/** `edict signal`: an alert by hand, and the account of all of them. */
import type { AddCommands } from '../command.ts';
import { withClient } from '../command.ts';
import { readPairs } from '../input.ts';
import { answer, style } from '../output.ts';
import { EdictError } from '../../domain/errors.ts';

type SendFlags = {
  readonly severity: string;
  readonly title?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly id?: string;
  readonly key?: string;
  readonly attribute?: readonly string[];
};

const severities = ['low', 'medium', 'high', 'critical'] as const;

export const addSignal: AddCommands = (program) => {
  const signal = program.command('signal').description('send signals and account for them');

  signal
    .command('send')
    .description('send a signal; one that matches a playbook’s trigger starts it')
    .argument('<kind>', 'what was seen: beacon, denied-burst, …')
    .requiredOption('--severity <severity>', severities.join(', '))
    .option('--title <text>')
    .option('--source <host>', 'host or address that it is about')
    .option('--destination <host>', 'the other end')
    .option('--id <id>', 'the sender’s id; the same id again is a duplicate')
    .option('--key <key>', 'signals with the same key are one incident')
    .option('--attribute <pairs...>', '<name>=<value>')
    .addHelpText('after', '\nExample:\n  $ edict signal send beacon --severity high --source ws-17 --destination 203.0.113.9')
    .action(
      withClient(async ({ client, options }, kind: string, given: SendFlags) => {
        const reply = await client.call('signals.send', { body: bodyOf(kind, given) });
        answer(options, reply, () => `${style.bold(reply.signal)} · ${reply.status}\nsee \`edict incident list\``);
      }),
    );

  signal
    .command('show')
    .description('show a signal and what became of it')
    .argument('<signal>')
    .action(
      withClient(async ({ client, options }, id: string) => {
        const found = await client.call('signals.get', { params: { id } });
        answer(
          options,
          found,
          () => `${found.id} · ${found.kind} · ${found.severity} · ${found.status} · incident ${found.incident ?? '–'}\n${found.title}`,
        );
      }),
    );

  signal
    .command('counts')
    .description('account for every signal: in = handled + duplicate + suppressed + parked + open')
    .action(
      withClient(async ({ client, options }) => {
        const counts = await client.call('signals.counts', {});
        answer(options, counts, () =>
          Object.entries(counts)
            .map(([name, value]) => `${name.padEnd(10)} ${value}`)
            .join('\n'),
        );
      }),
    );
};

function bodyOf(kind: string, given: SendFlags) {
  const severity = severities.find((one) => one === given.severity);
  if (severity === undefined)
    throw new EdictError('input-invalid', `unknown severity \`${given.severity}\``, { expected: severities.join(', ') });
  const { source, destination, id, key } = given;
  const title = given.title ?? [kind, source, destination].filter((part) => part !== undefined).join(' ');
  const optional = Object.fromEntries(Object.entries({ source, destination, id, key }).filter(([, value]) => value !== undefined));
  return {
    kind,
    severity,
    title,
    ...optional,
    ...(given.attribute === undefined ? {} : { attributes: readPairs(given.attribute) }),
  };
}
