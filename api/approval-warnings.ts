/** Warns of approvals that nobody can give and tasks that nobody can answer, as far as the people are known here and now: who may vote at all is the authorisation policy's word. */
import { compilePlaybook } from '../domain/playbook/compile.ts';
import { unreachableApprovals } from '../domain/playbook/approval/unreachable.ts';
import { unreachableTasks } from '../domain/playbook/task.ts';
import type { PublishReply, PublishRequest } from './contract/playbooks.ts';
import type { HandlerDeps } from './handler.ts';

/** For a text that compiles. */
export async function approvalWarnings(
  { store, authz }: Pick<HandlerDeps, 'store' | 'authz'>,
  { source, file = 'playbook.yaml' }: PublishRequest,
): Promise<PublishReply['warnings']> {
  const { plan } = compilePlaybook(source, file);
  if (!Object.values(plan.steps).some(({ kind }) => kind === 'approval' || kind === 'manual')) return [];
  const people = await store.people.list();
  const tasks = unreachableTasks(plan, people).map(({ step, asks }) => ({
    ...placeOf(source, step),
    message: `task \`${step}\` is one that nobody can answer: it asks ${asks}`,
  }));
  const mayVote = await Promise.all(
    people.map((person) => authz.decide({ person, permission: 'approvals:vote', resource: '/v1/approvals' }).then(({ allow }) => allow)),
  );
  const voters = people.filter((_, index) => mayVote[index] === true);
  const approvals = unreachableApprovals(plan, voters).map(({ step, why }) => ({
    ...placeOf(source, step),
    message: `approval \`${step}\` may be one that nobody can give: ${why}`,
  }));
  return [...approvals, ...tasks];
}

/** Where the step begins. */
function placeOf(source: string, step: string): { readonly line: number; readonly column: number } {
  const lines = source.split('\n');
  const at = lines.findIndex((line) => new RegExp(`\\bid:\\s*['"]?${step}(?![a-z0-9-])`, 'u').test(line));
  return at < 0 ? { line: 1, column: 1 } : { line: at + 1, column: (lines[at] ?? '').indexOf('id:') + 1 };
}
