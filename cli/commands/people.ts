/** `edict people`: who may do what, and their API tokens. */
import { EdictError } from '../../domain/errors.ts';
import type { AddCommands } from '../command.ts';
import { withClient } from '../command.ts';
import { answer, table } from '../output.ts';

const roles = ['analyst', 'manager', 'engineer', 'auditor', 'admin'] as const;
type Role = (typeof roles)[number];

export const addPeople: AddCommands = (program) => {
  const people = program.command('people').description('people, roles and API tokens');

  people
    .command('list')
    .description('list the people')
    .action(
      withClient(async ({ client, options }) => {
        const found = await client.call('people.list', {});
        answer(options, found, () =>
          table(
            ['ID', 'NAME', 'ROLES', ''],
            found.items.map((one) => [one.id, one.name, one.roles.join(','), one.disabled ? 'disabled' : '']),
            'nobody yet',
          ),
        );
      }),
    );

  people
    .command('put')
    .description('add or change a person')
    .argument('<id>')
    .argument('<name>')
    .requiredOption('--role <roles...>', roles.join(', '))
    .option('--disabled', 'their tokens stop working')
    .action(
      withClient(async ({ client, options }, id: string, name: string, given: { role: string[]; disabled?: boolean }) => {
        const person = await client.call('people.put', {
          body: { id, name, roles: given.role.map(roleOf), disabled: given.disabled === true },
        });
        answer(options, person, () => `${person.id} · ${person.roles.join(', ')}`);
      }),
    );

  people
    .command('token')
    .description('make an API token; its secret is shown this once')
    .argument('<id>')
    .option('--label <text>', 'what it is for', 'cli')
    .action(
      withClient(async ({ client, options }, id: string, given: { label: string }) => {
        const token = await client.call('tokens.create', { params: { id }, body: given });
        answer(options, token, () => `${token.secret}\n(id ${token.id}; revoke it with \`edict people revoke ${id} ${token.id}\`)`);
      }),
    );

  people
    .command('revoke')
    .description('revoke a token')
    .argument('<id>')
    .argument('<token>')
    .action(
      withClient(async ({ client, options }, id: string, token: string) => {
        await client.call('tokens.revoke', { params: { id, token } });
        answer(options, { revoked: token }, () => `revoked ${token}`);
      }),
    );
};

function roleOf(given: string): Role {
  const role = roles.find((one) => one === given);
  if (role === undefined) throw new EdictError('input-invalid', `unknown role \`${given}\``, { expected: roles.join(', ') });
  return role;
}
