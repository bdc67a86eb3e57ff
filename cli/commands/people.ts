/** `edict people`: who may do what, and their API tokens. */
import { EdictError } from '../../domain/errors.ts';
import type { Command } from 'commander';
import type { AddCommands } from '../command.ts';
import { example, globals, withClient } from '../command.ts';
import { answer, progress, table } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import { firstLink, linkOf } from '../sign-in-link.ts';
import type { SignInLink } from '../sign-in-link.ts';

const roles = ['analyst', 'manager', 'engineer', 'auditor', 'admin'] as const;
type Role = (typeof roles)[number];

export const addPeople: AddCommands = (program) => {
  const people = program.command('people').description('people, roles and API tokens');
  for (const add of [addList, addMe, addPut, addToken, addRevoke, addSignInLink, addSignOut]) add(people);
  addConsole(program);
};

const addConsole: AddCommands = (program) => {
  program
    .command('console')
    .description('make a one-time link with which a person sets a password and signs in to the web console')
    .argument('[person]', 'who signs in', 'admin')
    .addHelpText('after', `\nOn the machine of the embedded form this needs no token.\n${example('console', 'console manager-1')}`)
    .action(async function link(this: Command, person: string) {
      const options = globals(this);
      await tellLink(options, person, await firstLink(options, person));
    });
};

const addSignInLink: AddCommands = (people) => {
  people
    .command('sign-in-link')
    .description('make a one-time link with which a person sets a password for the web console; shown this once')
    .argument('<id>')
    .addHelpText('after', example('--as admin people sign-in-link maria'))
    .action(
      withClient(async ({ client, options }, id: string) => {
        await tellLink(options, id, await linkOf(options, client, id));
      }),
    );
};

async function tellLink(options: GlobalOptions, person: string, link: SignInLink): Promise<void> {
  answer(options, { person, ...link }, (clean) => clean.url);
  progress(`shown this once, for \`${person}\`, until ${link.expiresAt}; a link from before does not work any more`);
}

const addSignOut: AddCommands = (people) => {
  people
    .command('sign-out')
    .description('end every session of a person in the web console, at once')
    .argument('<id>')
    .addHelpText('after', example('--as admin people sign-out maria'))
    .action(
      withClient(async ({ client, options }, id: string) => {
        const { ended } = await client.call('people.sign-out', { params: { id } });
        answer(options, { ended }, (clean) => `${clean.ended} ended`);
      }),
    );
};

const addList: AddCommands = (people) => {
  people
    .command('list')
    .description('list the people')
    .addHelpText('after', example('--as admin people list'))
    .action(
      withClient(async ({ client, options }) => {
        const found = await client.call('people.list', {});
        answer(options, found, (clean) =>
          table(
            ['ID', 'NAME', 'ROLES', ''],
            clean.items.map((one) => [one.id, one.name, one.roles.join(','), one.disabled ? 'disabled' : '']),
            'nobody yet',
          ),
        );
      }),
    );
};

const addMe: AddCommands = (people) => {
  people
    .command('me')
    .description('say whom the token belongs to, and what roles they have')
    .addHelpText('after', example('people me', '--as manager-1 people me'))
    .action(
      withClient(async ({ client, options }) => {
        const person = await client.call('me', {});
        answer(options, person, (clean) => `${clean.id} · ${clean.name} · ${clean.roles.join(', ')}`);
      }),
    );
};

const addPut: AddCommands = (people) => {
  people
    .command('put')
    .description('add or change a person')
    .argument('<id>', 'stands in the ledger: A–Z, a–z, 0–9 and . _ @ -')
    .argument('<name>', 'what people call them')
    .requiredOption('--role <roles...>', roles.join(', '))
    .option('--disabled', 'their tokens stop working')
    .addHelpText('after', example('--as admin people put maria "Maria Silva" --role manager analyst'))
    .action(
      withClient(async ({ client, options }, id: string, name: string, given: { role: string[]; disabled?: boolean }) => {
        const person = await client.call('people.put', {
          body: { id, name, roles: given.role.map(roleOf), disabled: given.disabled === true },
        });
        answer(options, person, (clean) => `${clean.id} · ${clean.roles.join(', ')}${clean.disabled ? ' · disabled' : ''}`);
      }),
    );
};

const addToken: AddCommands = (people) => {
  people
    .command('token')
    .description('make an API token; its secret is shown this once')
    .argument('<id>')
    .option('--label <text>', 'what it is for', 'cli')
    .addHelpText('after', example('--as admin people token maria --label laptop'))
    .action(
      withClient(async ({ client, options }, id: string, given: { label: string }) => {
        const token = await client.call('tokens.create', { params: { id }, body: given });
        answer(options, token, (clean) => clean.secret);
        progress(`shown this once; revoke it with \`edict people revoke ${id} ${token.id}\``);
      }),
    );
};

const addRevoke: AddCommands = (people) => {
  people
    .command('revoke')
    .description('revoke a token')
    .argument('<id>')
    .argument('<token>', 'its id, as `people token` named it')
    .addHelpText('after', example('--as admin people revoke maria tok-1'))
    .action(
      withClient(async ({ client, options }, id: string, token: string) => {
        await client.call('tokens.revoke', { params: { id, token } });
        answer(options, { revoked: token }, (clean) => `revoked ${clean.revoked}`);
      }),
    );
};

function roleOf(given: string): Role {
  const role = roles.find((one) => one === given);
  if (role === undefined) throw new EdictError('input-invalid', `unknown role \`${given}\``, { expected: roles.join(', ') });
  return role;
}
