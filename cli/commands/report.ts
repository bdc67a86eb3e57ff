/** `edict report`: what was required, enforced, violated and repaired, each sentence with its ledger entries; as page, PDF and data. */
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EdictError } from '../../domain/errors.ts';
import type { AddCommands } from '../command.ts';
import { example, withClient } from '../command.ts';
import { answer, progress, style } from '../output.ts';

export const addReport: AddCommands = (program) => {
  program
    .command('report')
    .description('write the report as HTML, PDF and JSON')
    .option('--policy <name>', 'of one policy; of all where absent')
    .option('--out <folder>', 'where the three files go; made where it is missing', '.')
    .addHelpText('after', example('--as auditor report', 'report --policy cardholder-database --out reports'))
    .action(
      withClient(async ({ client, options }, given: { policy?: string; out: string }) => {
        progress('writing the report …');
        const made = await client.call('reports.create', { body: given.policy === undefined ? {} : { policy: given.policy } });
        if (made.report === undefined)
          throw new EdictError('timeout', `the report is still being written by run \`${made.run}\``, {
            help: `\`edict run watch ${made.run}\`, then again`,
          });
        const params = { id: made.report };
        const [html, data] = await Promise.all([client.call('reports.html', { params }), client.call('reports.get', { params })]);
        await mkdir(given.out, { recursive: true });
        const base = resolve(join(given.out, basename(made.report)));
        await writeFile(`${base}.html`, html);
        await pipeline(await client.stream('reports.pdf', { params }), createWriteStream(`${base}.pdf`));
        await writeFile(`${base}.json`, `${JSON.stringify(data.json, null, 2)}\n`);
        answer(
          options,
          { ...made, digest: data.digest, html: `${base}.html`, pdf: `${base}.pdf`, json: `${base}.json` },
          (clean) => `${style.green('written')} ${clean.html}\n        ${clean.pdf}\n        ${clean.json}\n        ${clean.digest}`,
        );
      }),
    );
};
