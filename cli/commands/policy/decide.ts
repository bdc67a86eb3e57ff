/** `edict decide`: what the policies in force say of a connection, of an access, or of the use of a model. */
import { isIP } from 'node:net';
import type { DecideReply, RequestInput } from '../../../api/contract/policies.ts';
import { attributeValueSchema } from '../../../domain/policy/access/access.schema.ts';
import { EdictError } from '../../../domain/errors.ts';
import type { AddCommands, Session } from '../../command.ts';
import { example, withClient } from '../../command.ts';
import { readEntities } from '../../entities.ts';
import { readPairs, readText } from '../../input.ts';
import { answer, style } from '../../output.ts';

type Group = Parameters<AddCommands>[0];

export const addDecide: AddCommands = (program) => {
  const decide = program
    .command('decide')
    .description('decide a connection by the policies in force, and say why; `access` and `ai` for the other kinds')
    .argument('<from>', 'IPv4 or IPv6 address')
    .argument('<to>', 'IPv4 or IPv6 address')
    .argument('<service>', 'tcp/5432, udp/53, icmp')
    .addHelpText('after', example('decide 10.4.0.17 10.2.0.5 tcp/5432', 'decide access user:ann read document:plan --context mfa=true'))
    .action(
      withClient((session, from: string, to: string, service: string) =>
        ask(session, { kind: 'network', from: addressOf(from), to: addressOf(to), ...serviceOf(service) }),
      ),
    );
  addAccess(decide);
  addAi(decide);
};

type Circumstances = { readonly context: readonly string[]; readonly from?: string; readonly at?: string; readonly entities?: string };

function withCircumstances(command: Group): Group {
  return command
    .option('--context <pairs...>', '<name>=<value>: mfa=true, country=CH, …; a value that is JSON is taken as such', [])
    .option('--from <address>', 'where the request comes from')
    .option('--at <instant>', 'RFC 3339; needed where a rule has a time window')
    .option('--entities <entities>', 'what is known of entities for this request, as JSON or YAML; `@file`, `-` for standard input');
}

function addAccess(decide: Group): void {
  withCircumstances(decide.command('access'))
    .description('decide who may do what, on what')
    .argument('<principal>', 'user:ann')
    .argument('<action>', 'read')
    .argument('<resource>', 'document:plan')
    .addHelpText('after', example('decide access user:ann read document:plan --context mfa=true --from 10.1.2.3'))
    .action(
      withClient(async (session, ...[principal, action, resource, given]: [string, string, string, Circumstances]) =>
        ask(session, { kind: 'access', principal, action, resource, ...(await circumstancesOf(given)) }),
      ),
    );
}

type Uses = Circumstances & { readonly purpose?: string; readonly data?: string[]; readonly tools?: string[] };

function addAi(decide: Group): void {
  withCircumstances(decide.command('ai'))
    .description('decide who may use which AI model, for what')
    .argument('<principal>', 'user:ann')
    .argument('<model>', 'small')
    .option('--purpose <purpose>', 'what it is used for')
    .option('--data <classes...>', 'classes of the data that it is given')
    .option('--tools <tools...>', 'tools that it may use')
    .addHelpText('after', example('decide ai user:ann small --purpose support --data internal --tools search'))
    .action(
      withClient(async (session, principal: string, model: string, given: Uses) => {
        const { purpose, data, tools } = given;
        const uses = {
          ...(purpose === undefined ? {} : { purpose }),
          ...(data === undefined ? {} : { dataClasses: data }),
          ...(tools === undefined ? {} : { tools }),
        };
        await ask(session, { kind: 'ai', principal, model, ...uses, ...(await circumstancesOf(given)) });
      }),
    );
}

type Read = Pick<Extract<RequestInput, { readonly kind: 'access' }>, 'context' | 'from' | 'at' | 'entities'>;

async function circumstancesOf({ context, from, at, entities }: Circumstances): Promise<Read> {
  const attributes = Object.entries(readPairs(context)).map(([name, value]) => {
    const read = attributeValueSchema.safeParse(value);
    if (read.success) return [name, read.data] as const;
    throw new EdictError('input-invalid', `\`${name}\` has no value that a rule could ask for`, {
      expected: 'true, false, a whole number, text, or lists and records of these',
    });
  });
  return {
    ...(attributes.length === 0 ? {} : { context: Object.fromEntries(attributes) }),
    ...(from === undefined ? {} : { from: addressOf(from) }),
    ...(at === undefined ? {} : { at }),
    ...(entities === undefined ? {} : { entities: readEntities(await readText(entities), '--entities') }),
  };
}

async function ask({ client, options }: Session, request: RequestInput): Promise<void> {
  const reply = await client.call('decide', { body: { request } });
  answer(options, reply, decisionWords);
}

function decisionWords(reply: DecideReply): string {
  const by = reply.determining.length === 0 ? 'no rule speaks of it' : reply.determining.join(', ');
  const erring = reply.erring.map((one) => `  erring ${one.rule}: ${one.reason}`);
  const policies = reply.policies.map((one) => `${one.policy} version ${one.version}`);
  const asked = policies.length === 0 ? 'no policy is in force yet' : `asked ${policies.join(', ')}`;
  return [`${style.bold(reply.decision)} · ${by}`, ...erring, style.dim(asked)].join('\n');
}

export function addressOf(given: string): string {
  if (isIP(given) !== 0 && !given.includes('%')) return given;
  throw new EdictError('input-invalid', `\`${given}\` is not an address`, {
    expected: 'an IPv4 or IPv6 address; `edict context show` knows who talks to whom',
  });
}

export function serviceOf(given: string): { readonly protocol: 'tcp' | 'udp' | 'icmp' | 'other'; readonly port: number } {
  const [, protocol, port] = /^(?:(tcp|udp)\/(\d{1,5}))$/u.exec(given) ?? [];
  if ((protocol === 'tcp' || protocol === 'udp') && Number(port) <= 65_535) return { protocol, port: Number(port) };
  if (given === 'icmp' || given === 'other') return { protocol: given, port: 0 };
  throw new EdictError('input-invalid', `unknown service \`${given}\``, { expected: 'tcp/<port>, udp/<port>, icmp or other' });
}
