/** `edict audit`: the chain, and its verification, here or offline from an export. */
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { verifyChain } from '../../domain/audit-chain.ts';
import { EdictError, errorTable } from '../../domain/errors.ts';
import type { AuditHead } from '../../domain/audit-chain.ts';
import type { AuditCheck } from '../../api/contract/audit.ts';
import type { AddCommands } from '../command.ts';
import { example, globals, pageQuery, paged, withClient, withMore } from '../command.ts';
import type { PageFlags } from '../command.ts';
import { fileFault } from '../fault.ts';
import { answer, progress, style, table, when } from '../output.ts';
import { openSession } from '../session.ts';
import type { GlobalOptions } from '../session.ts';

export const addAudit: AddCommands = (program) => {
  const audit = program.command('audit').description('read, export and verify the audit chain');

  audit
    .command('verify')
    .description('verify the chain: with a file offline, without one on the server with both sinks')
    .argument('[file]', 'an export (`edict audit export`)')
    .option('--head <id:hash>', 'the last row that is known from elsewhere: finds a file that was cut off')
    .addHelpText('after', example('--as auditor audit verify', 'audit verify chain.jsonl --head 82:996c…'))
    .action(async function verify(this: Parameters<AddCommands>[0], file: string | undefined, given: { head?: string }) {
      const options = globals(this);
      const check = file === undefined ? await openSession(options).call('audit.verify', {}) : await verifyFile(file, given.head);
      reportCheck(options, check);
    });

  audit
    .command('export')
    .description('write the whole chain, one row a line')
    .argument('<file>', '`-` for standard output')
    .addHelpText('after', example('--as auditor audit export chain.jsonl', '--as auditor audit export - | head -3'))
    .action(
      withClient(async ({ client, options }, file: string) => {
        const stream = await client.stream('audit.export', {});
        if (file === '-') {
          await pipeline(stream, process.stdout, { end: false });
          return;
        }
        await writeWhole(stream, file);
        answer(
          options,
          { file },
          (clean) => `${style.green('written')} ${clean.file} · verify it anywhere with \`edict audit verify ${clean.file}\``,
        );
      }),
    );

  addList(audit);
};

const addList: AddCommands = (audit) => {
  paged(audit.command('list'))
    .description('list rows of the chain, oldest first')
    .option('--subject <subject>', 'policy/<name>, run/<id>, effect/<key>, …')
    .option('--event <event>', 'a name, or the beginning of one: `approval-*`')
    .option('--actor <actor>', 'person:<id>, system:<part>, …')
    .option('--from <time>', 'at this time or later')
    .option('--to <time>', 'before this time')
    .option('--since <id>', 'rows after this one')
    .option('--newest', 'newest first')
    .addHelpText('after', example('--as auditor audit list --subject policy/cardholder-database'))
    .action(
      withClient(async ({ client, options }, given: PageFlags & ListFlags) => {
        const { subject, event, actor, from, to, since, newest = false } = given;
        const query = { subject, event, actor, from, to, since, ...(newest ? { order: 'desc' as const } : {}), ...pageQuery(given) };
        const page = await client.call('audit.list', { query });
        answer(options, page, (clean) =>
          withMore(
            table(
              ['ID', 'AT', 'ACTOR', 'EVENT', 'SUBJECT'],
              clean.items.map((row) => [String(row.id), when(row.at), row.actor, row.event, row.subject]),
              'no rows',
            ),
            clean,
          ),
        );
      }),
    );
};

type ListFlags = Readonly<Partial<Record<'subject' | 'event' | 'actor' | 'from' | 'to' | 'since', string>>> & { readonly newest?: boolean };

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
    for await (const line of createInterface({ input: file === '-' ? process.stdin : createReadStream(file), crlfDelay: Infinity })) {
      number += 1;
      if (line !== '') yield JSON.parse(line) as unknown;
    }
  } catch (cause) {
    const fault = fileFault(cause, file);
    if (fault !== undefined) throw fault;
    throw new EdictError('input-invalid', `\`${file}\` cannot be read as an audit export`, {
      where: `${file}:${number}`,
      expected: 'one JSON object a line',
      cause,
    });
  }
  if (number === 0) throw new EdictError('input-invalid', `\`${file}\` is empty`, { expected: 'an export (`edict audit export`)' });
}

/** The name stands for a whole export or for none: half a chain would verify too. */
async function writeWhole(stream: Readable, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(stream, createWriteStream(part, { mode: 0o600 }));
    await rename(part, file);
  } catch (cause) {
    await rm(part, { force: true });
    throw fileFault(cause, file) ?? cause;
  }
}

function reportCheck(options: GlobalOptions, check: AuditCheck): void {
  answer(options, check, (clean) =>
    clean.ok
      ? `${style.green('the chain verifies')} · ${clean.rows} rows · head ${clean.rows}:${clean.head}`
      : `${style.red('the chain is broken')} at row ${clean.fault?.id}: ${clean.fault?.reason}`,
  );
  if (check.ok) return;
  progress('keep the export as it is, and compare it with the other sink');
  process.exitCode = errorTable['audit-broken'].exit;
}
