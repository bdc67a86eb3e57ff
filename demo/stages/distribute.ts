/** 4 Distribute: the proved artifacts go to the enforcement points; applied means observed and probed. */
import type { RunDetail } from '../../api/contract/runs.ts';
import { policyName } from '../requirement.ts';
import { seconds, short, until } from '../story.ts';
import type { Stage, Story } from '../story.ts';

export const distribute: Stage = {
  number: 4,
  name: 'Distribute',
  tell: async (story) => {
    const engineer = story.as('engineer');
    const began = performance.now();
    const detail = await until(
      () => engineer.call('policies.get', { params: { policy: policyName } }),
      (one) => one.state === 'enforced' || one.state === 'draft',
      { forMs: 60_000 },
    );
    story.check('the policy is enforced', detail.state === 'enforced');
    const run = await lastRun(story, 'distribute');
    for (const effect of run?.effects ?? [])
      story.say(`${effect.targets.join(', ')} ✓ ${elapsed(effect)} (${effect.status}: observed there)`, {
        [effect.targets.join()]: effect.key,
      });
    story.check(
      'each effect of the rollout is confirmed by the point itself',
      run !== undefined && run.effects.length > 0 && run.effects.every((one) => one.status === 'confirmed'),
    );
    const { items } = await engineer.call('points.list', {});
    story.say(
      `${items.map((one) => `${one.name} ${one.health} ${short(one.desired.artifact ?? 'nothing')}`).join(' · ')} · after ${seconds(performance.now() - began)}`,
    );
    story.check('every point is in force', items.length > 0 && items.every((one) => one.health === 'in-force'));
    tellProbes(story, run);
  },
};

/** The newest run of the stage for the policy of the demo. */
export async function lastRun(story: Story, playbook: string): Promise<RunDetail | undefined> {
  const engineer = story.as('engineer');
  const page = await engineer.call('runs.list', { query: { policy: policyName, limit: 100 } });
  const run = page.items.find((one) => one.playbook === playbook);
  return run === undefined ? undefined : await engineer.call('runs.get', { params: { run: run.run } });
}

function tellProbes(story: Story, run: RunDetail | undefined): void {
  const text = JSON.stringify(run?.view?.steps ?? []);
  const packets = text.match(/by packet/gu)?.length ?? 0;
  const decisions = text.match(/by decision/gu)?.length ?? 0;
  story.say(`probed: ${packets} real connections through the firewall, ${decisions} decisions by OPA, each as the rules say`, {
    packets,
    decisions,
  });
  story.check('the points were probed', packets + decisions > 0);
  if (story.lab !== undefined) story.check('real packets were tried', packets > 0);
}

function elapsed(effect: RunDetail['effects'][number]): string {
  const end = effect.confirmedAt ?? effect.appliedAt;
  return end === undefined ? '' : `${Date.parse(end) - Date.parse(effect.intendedAt)} ms`;
}
