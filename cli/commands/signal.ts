/** `edict signal`: an alert by hand, and the account of all of them. */
import type { z } from 'zod';
import type { Signal, SignalReply } from '../../api/contract/signals.ts';
import type { AddCommands } from '../command.ts';
import { example, withClient } from '../command.ts';
import { readPairs } from '../input.ts';
import { answer, padded, style, when } from '../output.ts';
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
    .option('--title <text>', 'one line for people; made of the rest where absent')
    .option('--source <host>', 'host or address that it is about')
    .option('--destination <host>', 'the other end')
    .option('--id <id>', 'the sender’s id; the same id again is a duplicate')
    .option('--key <key>', 'signals with the same key are one incident')
    .option('--attribute <pairs...>', '<name>=<value>; a value that is JSON is taken as such')
    .addHelpText('after', example('--as analyst signal send beacon --severity high --source ws-17 --destination 203.0.113.9'))
    .action(
      withClient(async ({ client, options }, kind: string, given: SendFlags) => {
        const reply = await client.call('signals.send', { body: bodyOf(kind, given) });
        answer(options, reply, (clean) => `${style.bold(clean.signal)} · ${clean.status}\n${nextWords(clean)}`);
      }),
    );

  signal
    .command('show')
    .description('show a signal and what became of it')
    .argument('<signal>')
    .addHelpText('after', example('signal show sig-8a463d00-453a-420f-9279-67e3261a08a1'))
    .action(
      withClient(async ({ client, options }, id: string) => {
        const found = await client.call('signals.get', { params: { id } });
        answer(options, found, signalWords);
      }),
    );

  signal
    .command('counts')
    .description('account for every signal: in = handled + duplicate + suppressed + parked + open')
    .addHelpText('after', example('signal counts'))
    .action(
      withClient(async ({ client, options }) => {
        const counts = await client.call('signals.counts', {});
        answer(options, counts, (clean) =>
          Object.entries(clean)
            .map(([name, value]) => `${padded(name, 10)} ${value}`)
            .join('\n'),
        );
      }),
    );
};

function nextWords(reply: SignalReply): string {
  return reply.status === 'duplicate'
    ? `its id was seen before, and nothing else happens: \`edict signal show ${reply.signal}\``
    : 'see `edict incident list`';
}

function signalWords(signal: z.infer<typeof Signal>): string {
  const attributes = Object.entries(signal.attributes).map(([name, value]) => `  ${name} ${JSON.stringify(value)}`);
  return [
    `${style.bold(signal.id)} · ${signal.kind} · ${signal.severity} · ${signal.status} · incident ${signal.incident ?? '–'}`,
    signal.title,
    `  ${when(signal.at)} ${signal.source ?? '–'} → ${signal.destination ?? '–'} · by ${signal.door}`,
    ...attributes,
  ].join('\n');
}

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
