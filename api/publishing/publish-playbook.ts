/**
 * Publishing a playbook: compiled against the playbooks that are published, tested, compared with the newest version, and recorded. Nothing
 * is stored unless all of it holds; the same text again changes nothing.
 */
import { EdictError } from '../../domain/errors.ts';
import { catalogueOf, callsOf, type Catalogue } from '../../domain/playbook/publishing/catalogue.ts';
import { compilePlaybook, type CompiledPlaybook } from '../../domain/playbook/compile.ts';
import { planDifferences } from '../../domain/playbook/publishing/difference.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { runPlaybookTests } from '../../domain/playbook/playbook-test.ts';
import { newestOf, nextVersion } from '../../domain/playbook/publishing/version.ts';
import type { Actor, PlaybookRow, PlaybookVersion, Store } from '../../store/port.ts';
import type { PublishReply, PublishRequest } from '../contract/playbooks.ts';
import { FaultyInput } from '../failure.ts';

export async function publishPlaybook(store: Store, request: PublishRequest, by: Actor): Promise<PublishReply> {
  const { source, tests, file = 'playbook.yaml', dryRun = false } = request;
  const { plan, remarks } = await compiledAgainst(store, source, file);
  const versions = await store.playbooks.versions(plan.playbook);
  const same = await requireFree(store, { plan, source, versions });
  const held = tests === undefined ? undefined : requireTests(plan, tests, file);
  const newest = newestOf(versions.filter(({ version }) => version !== plan.version));
  const before = newest && (await store.playbooks.get(plan.playbook, newest.version));
  if (!dryRun && (!same || tests !== undefined)) await store.playbooks.publish({ source, plan, tests }, by);
  return {
    playbook: plan.playbook,
    version: plan.version,
    digest: plan.digest as PublishReply['digest'],
    published: !dryRun && !same,
    warnings: remarks.map(({ line, column, message }) => ({ line, column, message })),
    ...(held === undefined ? {} : { tests: held }),
    ...(before === undefined ? {} : { against: { version: before.version, differences: planDifferences(before.plan, plan) } }),
  };
}

/** Once by itself, to know what it calls; once more against that. */
async function compiledAgainst(store: Store, source: string, file: string): Promise<CompiledPlaybook> {
  const alone = compilePlaybook(source, file);
  return compilePlaybook(source, file, { playbooks: await catalogueFor(store, alone.plan) });
}

/** Every version of what is called or followed, of what that calls, and so on; and the names of all. */
export async function catalogueFor(store: Store, plan: Plan): Promise<Catalogue> {
  const newest = await store.playbooks.list();
  const plans = new Map<string, Plan>(newest.map((row) => [`${row.playbook}@${row.version}`, row.plan]));
  const looked = new Set<string>();
  const open = namesIn(plan);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (looked.has(name)) continue;
    looked.add(name);
    for (const { version } of await store.playbooks.versions(name)) {
      const key = `${name}@${version}`;
      const found = plans.get(key) ?? (await store.playbooks.get(name, version))?.plan;
      if (!found) continue;
      plans.set(key, found);
      open.push(...namesIn(found));
    }
  }
  return catalogueOf(plans.values());
}

function namesIn(plan: Plan): string[] {
  const followed = plan.triggers.flatMap((trigger) => (trigger.kind === 'playbook' ? [trigger.playbook] : []));
  return [...callsOf(plan).map(({ playbook }) => playbook), ...followed];
}

type Wanted = { readonly plan: Plan; readonly source: string; readonly versions: readonly PlaybookVersion[] };

/** True where this very text is published already. */
async function requireFree(store: Store, { plan, source, versions }: Wanted): Promise<boolean> {
  const { playbook, version } = plan;
  const published: PlaybookRow | undefined = await store.playbooks.get(playbook, version);
  if (published === undefined) return false;
  if (published.source === source && published.digest === plan.digest) return true;
  const newest = newestOf(versions)?.version ?? version;
  throw new EdictError('conflict', `version \`${version}\` of playbook \`${playbook}\` is published with another text, and never changes`, {
    where: '/source',
    help: `raise its version: the next one is \`${nextVersion(newest)}\``,
  });
}

/** Gives how many there were. */
function requireTests(plan: Plan, tests: string, file: string): number {
  const results = runPlaybookTests(plan, tests, file.replace(/\.ya?ml$/u, '.test.yaml'));
  const failed = results.filter(({ passed }) => !passed);
  if (failed.length === 0) return results.length;
  const faults = failed.flatMap(({ name, problems }) => problems.map((detail) => ({ where: name, detail })));
  throw new FaultyInput('playbook-invalid', `${failed.length} of ${results.length} tests do not hold`, faults, {
    where: '/tests',
    help: '`edict playbook test` says which',
  });
}
