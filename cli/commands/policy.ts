/** `edict policy`: from a sentence to a version in force. */
import type { DraftReply } from '../../api/contract/policies.ts';
import { EdictError, isErrorCode } from '../../domain/errors.ts';
import type { AddCommands, Session } from '../command.ts';
import { example, pageQuery, paged, withClient, withMore } from '../command.ts';
import type { PageFlags } from '../command.ts';
import { readText } from '../input.ts';
import { answer, progress, style, table, when } from '../output.ts';
import { addPolicyAnalysis } from './policy/analysis.ts';
import { addPolicyCompare } from './policy/compare.ts';
import { addPolicyCompile } from './policy/compile.ts';
import { addPolicyDiff } from './policy/diff.ts';
import { addPolicyRightSize } from './policy/right-size.ts';
import { addPolicyLife } from './policy/life.ts';
import { addPolicyImport } from './policy/import.ts';
import { addPolicyWhatIf } from './policy/whatif.ts';
import { detailWords, draftWords, failedRunOf, versionWords } from '../policy-words.ts';

export const addPolicy: AddCommands = (program) => {
  const policy = program.command('policy').description('draft, read and submit policies');
  for (const add of [
    addDraft,
    addList,
    addShow,
    addPolicyDiff,
    addAnswer,
    addSubmit,
    addPolicyImport,
    addPolicyAnalysis,
    addPolicyCompare,
    addPolicyWhatIf,
    addPolicyLife,
    addPolicyRightSize,
    addPolicyCompile,
  ])
    add(policy);
};

const addDraft: AddCommands = (policy) => {
  policy
    .command('draft')
    .description('draft a policy from a requirement in plain English')
    .argument('<requirement>', 'one sentence or more; `-` reads standard input, `@file` a file')
    .option('--policy <name>', 'name of the policy to make or revise; made from the text where absent')
    .option('--owner <owner>', 'who answers for it')
    .addHelpText(
      'after',
      `${example(
        'policy draft "Only the payments service may connect to the cardholder database on port 5432."',
        'policy draft --policy cardholder-database @requirement.txt',
      )}\n\nWhat the text leaves open comes back as questions; answer them with \`edict policy answer\`, then \`edict policy submit\`.`,
    )
    .action(
      withClient(async ({ client, options }, requirement: string, given: { policy?: string; owner?: string }) => {
        const text = await readText(requirement);
        progress('drafting and checking against the inventory …');
        const reply = await client.call('policies.draft', { body: { requirement: text, ...given } });
        await tellDraft({ client, options }, reply);
      }),
    );
};

const addList: AddCommands = (policy) => {
  paged(policy.command('list'))
    .description('list the policies')
    .addHelpText('after', example('policy list'))
    .action(
      withClient(async ({ client, options }, given: PageFlags) => {
        const page = await client.call('policies.list', { query: pageQuery(given) });
        answer(options, page, (clean) =>
          withMore(
            table(
              ['POLICY', 'STATE', 'DRAFT', 'ENFORCED', 'AUTHOR', 'CHANGED'],
              clean.items.map((one) => [
                one.policy,
                one.state,
                String(one.draft ?? '–'),
                String(one.enforced ?? '–'),
                one.author,
                when(one.updatedAt),
              ]),
              'no policies yet: draft one with `edict policy draft "<requirement>"`',
            ),
            clean,
          ),
        );
      }),
    );
};

const addShow: AddCommands = (policy) => {
  policy
    .command('show')
    .description('show a policy: rules, questions, artifacts, proofs, what-if')
    .argument('<policy>')
    .option('--version <n>', 'one version; the current one where absent')
    .addHelpText('after', example('policy show cardholder-database', 'policy show cardholder-database --version 1'))
    .action(
      withClient(async ({ client, options }, name: string, given: { version?: string }) => {
        if (given.version === undefined) {
          const detail = await client.call('policies.get', { params: { policy: name } });
          answer(options, detail, detailWords);
          return;
        }
        const version = await client.call('policies.version', { params: { policy: name, version: given.version } });
        answer(options, version, versionWords);
      }),
    );
};

const addAnswer: AddCommands = (policy) => {
  policy
    .command('answer')
    .description('answer an open question of a draft')
    .argument('<policy>')
    .argument('<question>')
    .argument('<answer>', 'one of the readings that the question names')
    .addHelpText('after', example('policy answer cardholder-database q1 no'))
    .action(
      withClient(async ({ client, options }, name: string, question: string, text: string) => {
        const reply = await client.call('policies.answer', { params: { policy: name }, body: { question, answer: text } });
        await tellDraft({ client, options }, reply);
      }),
    );
};

const addSubmit: AddCommands = (policy) => {
  policy
    .command('submit')
    .description('hand a draft in: it is compiled, proved, tried on recorded traffic and sent to review')
    .argument('<policy>')
    .option('--accept-loss <rule...>', 'accept that a target cannot say what this rule says')
    .addHelpText('after', example('policy submit cardholder-database', 'policy submit cardholder-database --accept-loss office-hours-ssh'))
    .action(
      withClient(async ({ client, options }, name: string, given: { acceptLoss?: string[] }) => {
        const body = given.acceptLoss === undefined ? {} : { acceptLosses: given.acceptLoss };
        const reply = await client.call('policies.submit', { params: { policy: name }, body });
        answer(
          options,
          reply,
          (clean) =>
            `${style.green('submitted')} ${clean.policy} version ${clean.version} · run ${clean.run}\nwatch it with \`edict run watch ${clean.run}\`; a manager decides with \`edict approvals\``,
        );
      }),
    );
};

/** The draft, and then why a stage failed on it, where one did. */
async function tellDraft({ client, options }: Session, reply: DraftReply): Promise<void> {
  answer(options, reply, draftWords);
  const failed = failedRunOf(reply);
  if (failed === undefined) return;
  const { view } = await client.call('runs.get', { params: { run: failed.run } });
  const error = view?.error ?? view?.steps.find((step) => step.error !== undefined)?.error;
  throw new EdictError(isErrorCode(error?.code) ? error.code : 'run-state-wrong', `the draft failed: ${error?.message ?? failed.outcome}`, {
    where: `run ${failed.run}, playbook ${failed.playbook}`,
  });
}
