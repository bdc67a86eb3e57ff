/** What an engineer asks of an enforcement point: `edict points test`, `dry-run` and `permissions`. Nothing is put in force by any of them. */
import { RequestInput } from '../../../api/contract/policies.ts';
import type { PointDryRun, PointPermission, PointTest } from '../../../api/contract/points.ts';
import { EdictError } from '../../../domain/errors.ts';
import type { AddCommands } from '../../command.ts';
import { example, withClient } from '../../command.ts';
import { readText, readYaml } from '../../input.ts';
import { answer, style } from '../../output.ts';
import { addressOf, serviceOf } from '../policy/decide.ts';

export const addPointQuestions: AddCommands = (points) => {
  for (const add of [addTest, addDryRun, addPermissions]) add(points);
};

type Given = { readonly request?: string };

const addTest: AddCommands = (points) => {
  points
    .command('test')
    .description(
      'try a request at a point, beside what the policies in force say of it; a firewall is sent one packet; ends with 5 where they differ',
    )
    .argument('<name>')
    .argument('[from]', 'IPv4 or IPv6 address')
    .argument('[to]', 'IPv4 or IPv6 address')
    .argument('[service]', 'tcp/5432, udp/53')
    .option('--request <request>', 'another kind of request, as JSON or YAML; `@file`, `-` for standard input')
    .addHelpText(
      'after',
      example(
        'points test opa 10.4.0.17 10.2.0.5 tcp/5432',
        `points test opa-access --request '{ kind: access, principal: user:ann, action: read, resource: document:plan }'`,
      ),
    )
    .action(
      withClient(async ({ client, options }, ...[name, from, to, service, given]: [string, string?, string?, string?, Given?]) => {
        const request = await requestOf({ from, to, service, typed: given?.request });
        const found = await client.call('points.test', { params: { name }, body: { request } });
        if (found.agrees === false) process.exitCode = 5;
        answer(options, found, testWords);
      }),
    );
};

const addDryRun: AddCommands = (points) => {
  points
    .command('dry-run')
    .description('say what would be done to make a point as it is wanted now; nothing is done')
    .argument('<name>')
    .addHelpText('after', example('points dry-run opa'))
    .action(
      withClient(async ({ client, options }, name: string) => {
        answer(options, await client.call('points.dry-run', { params: { name }, body: {} }), dryRunWords);
      }),
    );
};

const addPermissions: AddCommands = (points) => {
  points
    .command('permissions')
    .description(
      'say what the account by which a point is reached may do there; nothing is changed; ends with 5 where something is missing',
    )
    .argument('<name>')
    .addHelpText('after', example('points permissions opa'))
    .action(
      withClient(async ({ client, options }, name: string) => {
        const found = await client.call('points.permissions', { params: { name }, body: {} });
        if (found.permissions.some(({ held }) => held === 'no')) process.exitCode = 5;
        answer(options, found, (clean) => clean.permissions.map(permissionWords).join('\n'));
      }),
    );
};

type Typed = { readonly [part in 'from' | 'to' | 'service' | 'typed']: string | undefined };

async function requestOf({ from, to, service, typed }: Typed): Promise<RequestInput> {
  if (typed === undefined && from !== undefined && to !== undefined && service !== undefined)
    return { kind: 'network', from: addressOf(from), to: addressOf(to), ...serviceOf(service) };
  if (typed === undefined || from !== undefined)
    throw new EdictError('input-invalid', 'it is not said what to try', { expected: '<from> <to> <service>, or --request' });
  const read = RequestInput.safeParse(readYaml(await readText(typed), '--request'));
  if (read.success) return read.data;
  const [fault] = read.error.issues;
  throw new EdictError('input-invalid', `\`--request\` is no request: ${fault?.message ?? ''}`, {
    where: `/${fault?.path.join('/') ?? ''}`,
    expected: '`{ kind: access, principal: …, action: …, resource: … }`, or of the kind `ai` or `network`',
  });
}

function testWords({ point, probe, reason, policy, agrees, because }: PointTest): string {
  const by = policy.determining.join(', ') || 'no rule speaks of it';
  const said = `policies in force: ${policy.decision} · ${by}`;
  if (probe === undefined) return [`${point}: not tried · ${reason ?? 'no answer'}`, said].join('\n');
  const how = probe.method === 'packet' ? 'a packet' : 'its decision';
  return [
    `${point}: ${style.bold(probe.decision)} by ${how} in ${probe.elapsedMs} ms · ${probe.detail}`,
    said,
    agrees === true ? style.green('they agree') : style.red('they differ'),
    ...(agrees === false && because.length === 0 ? ['  nothing that is known explains it'] : []),
    ...because.map((reasonWhy) => `  ${reasonWhy}`),
  ].join('\n');
}

function dryRunWords({ point, steps }: PointDryRun): string {
  return steps.length === 0
    ? `${point}: already as wanted`
    : [`${point} would be changed:`, ...steps.map((step) => `  ${step}`)].join('\n');
}

function permissionWords({ name, held, detail, help }: PointPermission): string {
  const mark = held === 'yes' ? style.green('yes') : held === 'no' ? style.red('no') : 'unknown';
  return [`${mark} · ${name}: ${detail}`, ...(help === undefined ? [] : [`  ${help}`])].join('\n');
}
