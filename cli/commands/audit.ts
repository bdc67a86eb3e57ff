/** `edict audit`: the chain, and its verification, here or offline from an export. */
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { verifyChain } from '../../domain/audit-chain.ts';
import { EdictError } from '../../domain/errors.ts';
import type { AuditHead } from '../../domain/audit-chain.ts';
import type { AuditCheck } from '../../api/contract/audit.ts';
import type { AddCommands } from '../command.ts';
import { globals, withClient } from '../command.ts';
import { answer, plain, print, style, table } from '../output.ts';
import { openSession } from '../session.ts';
import type { GlobalOptions } from '../session.ts';

export const addAudit: AddCommands = (program) => {
  const audit = program.command('audit').description('read, export and verify the audit chain');

  audit
    .command('verify')
    .description('verify the chain: with a file offline, without one on the server with both sinks')
    .argument('[file]', 'an export (`edict audit export`)')
    .option('--head <id:hash>', 'the last row that is known from elsewhere: finds a file that was cut off')
    .action(async function verify(this: Parameters<AddCommands>[0], file: string | undefined, given: { head?: string }) {
      const options = globals(this);
      const check = file === undefined ? await openSession(options).call('audit.verify', {}) : await verifyFile(file, given.head);
      reportCheck(options, check);
    });

  audit
    .command('export')
    .description('write the whole chain, one row a line')
    .argument('<file>', '`-` for standard output')
    .action(
      withClient(async ({ client, options }, file: string) => {
        const stream = await client.stream('audit.export', {});
        if (file === '-') {
          await pipeline(stream, process.stdout, { end: false });
          return;
        }
        await pipeline(stream, createWriteStream(file, { mode: 0o600 }));
        answer(options, { file }, () => `${style.green('written')} ${file} · verify it anywhere with \`edict audit verify ${file}\``);
      }),
    );

  audit
    .command('list')
    .description('list rows of the chain')
    .option('--subject <subject>', 'policy/<name>, run/<id>, effect/<key>, …')
    .option('--since <id>', 'rows after this one')
    .action(
      withClient(async ({ client, options }, given: { subject?: string; since?: string }) => {
        const page = await client.call('audit.list', { query: { ...given, limit: 200 } });
        answer(options, page, () =>
          table(
            ['ID', 'AT', 'ACTOR', 'EVENT', 'SUBJECT'],
            page.items.map((row) => [String(row.id), row.at, row.actor, row.event, row.subject]),
            'no rows',
          ),
        );
      }),
    );
};

async function verifyFile(file: string, head: string | undefined): Promise<AuditCheck> {
  return await verifyChain(rowsOf(file), head === undefined ? undefined : headOf(head));
}

function headOf(given: string): AuditHead {
  const [, id, hash] = /^(\d{1,15}):([0-9a-f]{64})$/u.exec(given) ?? [];
  if (id === undefined || hash === undefined)
    throw new EdictError('input-invalid', `\`${given}\` is not a head`, {
      expected: '<id>:<64 hex digits>, as `edict audit verify` prints it',
    });
  return { id: Number(id), hash };
}

async function* rowsOf(file: string): AsyncGenerator {
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      number += 1;
      if (line !== '') yield JSON.parse(line) as unknown;
    }
  } catch (cause) {
    throw new EdictError('input-invalid', `\`${file}\` cannot be read as an audit export`, {
      where: `${file}:${number}`,
      expected: 'one JSON object a line',
      cause,
    });
  }
}

function reportCheck(options: GlobalOptions, check: AuditCheck): void {
  answer(options, check, () =>
    check.ok
      ? `${style.green('the chain verifies')} · ${check.rows} rows · head ${check.rows}:${check.head}`
      : plain(`${style.red('the chain is broken')} at row ${check.fault?.id}: ${check.fault?.reason}`),
  );
  if (check.ok) return;
  if (options.json !== true) print(style.dim('keep the export as it is, and compare it with the other sink'));
  process.exitCode = 5;
}
