/** `edict policy diff`: what two versions of a policy on the server, or two states of policies in files, decide differently. */
import { Command } from 'commander';
import { tellDiff } from '../../../domain/policy/life/told-diff.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { answer } from '../../output.ts';
import { inventoryOf, type InventoryFlags, policiesOf } from '../../policy-files.ts';
import { refuseInventory } from '../../policy-subject.ts';
import { differenceWords, diffWords } from '../../policy-words.ts';
import { openSession } from '../../session.ts';
import { withInventory } from './analysis.ts';

/** Adds it to the group `policy`. */
export const addPolicyDiff: AddCommands = (policy) => {
  policy.addCommand(diffCommand());
};

function diffCommand(): Command {
  return withInventory(new Command('diff'))
    .description('say what is decided differently, with a request for each, and what became of each rule')
    .argument('<policy>', 'a policy of the server; or, with no version after the next, the file or folder of policies as they were')
    .argument('<from>', 'version; or the file or folder as they are')
    .argument('[to]', 'version')
    .addHelpText('after', example('policy diff cardholder-database 1 2', 'policy diff before.yaml after.yaml --zones zones.csv'))
    .action(async function act(this: Command, ...given: [string, string, string | undefined, InventoryFlags]) {
      const [policy, from, to, flags] = given;
      if (to === undefined) return betweenFiles(this, [policy, from], flags);
      refuseInventory(flags);
      const diff = await openSession(globals(this)).call('policies.diff', { params: { policy }, query: { from, to } });
      answer(globals(this), diff, diffWords);
    });
}

async function betweenFiles(command: Command, [from, to]: readonly [string, string], flags: InventoryFlags): Promise<void> {
  const inventory = await inventoryOf(flags);
  const diff = { from, to, ...tellDiff(await policiesOf([from]), await policiesOf([to]), inventory) };
  answer(globals(command), diff, (clean) => differenceWords(`${clean.from} and ${clean.to}`, clean));
}
