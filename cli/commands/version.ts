/** `edict version`: which release this is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AddCommands } from '../command.ts';
import { example, globals } from '../command.ts';
import { answer } from '../output.ts';

const Package = z.looseObject({ version: z.string() });

export const addVersion: AddCommands = (program) => {
  program
    .command('version')
    .description('say which release this is')
    .addHelpText('after', example('version'))
    .action(function show(this: Parameters<AddCommands>[0]) {
      const { version } = Package.parse(JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')));
      answer(globals(this), { version, node: process.versions.node }, (clean) => `edict ${clean.version} · node ${clean.node}`);
    });
};
