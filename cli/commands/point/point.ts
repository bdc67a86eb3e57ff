/** `edict points`: enforcement points, what should be in force there and what is. */
import type { Point } from '../../../api/contract/points.ts';
import { PointTarget } from '../../../api/contract/point-target.ts';
import type { AddCommands } from '../../command.ts';
import { example, withClient } from '../../command.ts';
import { readPairs } from '../../input.ts';
import { answer, shortDigest, table, when } from '../../output.ts';
import { EdictError } from '../../../domain/errors.ts';
import { addPointQuestions } from './questions.ts';

export const addPoint: AddCommands = (program) => {
  const points = program
    .command('points')
    .alias('point')
    .description('enforcement points: what should be in force there, what is, and what they do');
  for (const add of [addList, addShow, addAdd, addPointQuestions, addRemove]) add(points);
};

const addList: AddCommands = (points) => {
  points
    .command('list', { isDefault: true })
    .description('list the points with what should be in force and what is')
    .addHelpText('after', example('points'))
    .action(
      withClient(async ({ client, options }) => {
        const found = await client.call('points.list', {});
        answer(options, found, (clean) =>
          table(
            ['POINT', 'KIND', 'TARGET', 'HEALTH', 'ARTIFACT', 'ISOLATED', 'CHANGED', 'POLICIES'],
            clean.items.map((one) => [
              one.name,
              one.kind,
              one.target,
              one.health,
              one.desired.artifact === undefined ? '–' : shortDigest(one.desired.artifact),
              String(one.desired.isolations.length),
              when(one.updatedAt),
              one.desired.policyVersions.map((held) => `${held.policy} ${held.version}`).join(', ') || '–',
            ]),
            'no enforcement points: an administrator adds one with `edict points add`',
          ),
        );
      }),
    );
};

const addAdd: AddCommands = (points) => {
  points
    .command('add')
    .description('add or change a point')
    .argument('<name>')
    .requiredOption('--kind <kind>', 'opa or nftables')
    .option('--target <target>', 'what an OPA decides on: rego (connections, unless told) or rego-access (access and the use of models)')
    .option('--setting <pairs...>', '<name>=<value>; a value that is JSON is taken as such', [])
    .addHelpText(
      'after',
      example(
        '--as admin points add fw-1 --kind nftables --setting \'exec=["ip","netns","exec","fw"]\'',
        '--as admin points add opa-access --kind opa --target rego-access --setting url=http://127.0.0.1:8181',
      ),
    )
    .action(
      withClient(async ({ client, options }, name: string, given: { kind: string; target?: string; setting: string[] }) => {
        const kind = (['opa', 'nftables'] as const).find((one) => one === given.kind);
        if (kind === undefined) throw new EdictError('input-invalid', `unknown kind \`${given.kind}\``, { expected: 'opa or nftables' });
        const target = given.target === undefined ? undefined : PointTarget.safeParse(given.target);
        if (target?.success === false)
          throw new EdictError('input-invalid', `unknown target \`${given.target}\``, { expected: PointTarget.options.join(', ') });
        const body = { name, kind, ...(target === undefined ? {} : { target: target.data }), settings: readPairs(given.setting) };
        const point = await client.call('points.put', { body });
        answer(
          options,
          point,
          (clean) => `${clean.name} · ${clean.kind} · ${clean.health}\n\`edict points\` says in a moment whether it is reached`,
        );
      }),
    );
};

const addShow: AddCommands = (points) => {
  points
    .command('show')
    .description('show a point: wanted and observed, drift, its last probe, permissions')
    .argument('<name>')
    .addHelpText('after', example('points show opa'))
    .action(
      withClient(async ({ client, options }, name: string) => {
        answer(options, await client.call('points.get', { params: { name } }), pointWords);
      }),
    );
};

const addRemove: AddCommands = (points) => {
  points
    .command('remove')
    .description('forget a point at which nothing should be in force')
    .argument('<name>')
    .addHelpText('after', example('--as admin points remove fw-1'))
    .action(
      withClient(async ({ client, options }, name: string) => {
        await client.call('points.remove', { params: { name } });
        answer(options, { removed: name }, (clean) => `removed ${clean.removed}`);
      }),
    );
};

function pointWords({ name, kind, target, health, desired, drift, lastProbe, permissions }: Point): string {
  const held = desired.policyVersions.map(({ policy, version }) => `${policy} ${version}`).join(', ') || 'nothing';
  const missing = permissions?.permissions.filter((one) => one.held === 'no').map((one) => one.name) ?? [];
  const probed =
    lastProbe && `${lastProbe.decision} by ${lastProbe.method} at ${when(lastProbe.at)}, of ${lastProbe.run ?? lastProbe.by ?? 'nobody'}`;
  return [
    `${name} · ${kind} · takes ${target} · ${health}`,
    `should hold ${held}${desired.artifact === undefined ? '' : `, ${shortDigest(desired.artifact)}`}`,
    ...drift.map((difference) => `  ${difference}`),
    `last probe ${probed ?? 'none'}`,
    `permissions ${permissions === undefined ? 'not looked at' : missing.length === 0 ? 'all that it takes' : `missing: ${missing.join(', ')}`}`,
  ].join('\n');
}
