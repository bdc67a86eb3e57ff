/** Policies as people see them: drafts, versions with their proofs, and decisions of what is in force. Work on a draft is in drafts.ts. */
import { EdictError } from '../../domain/errors.ts';
import { tellDiff } from '../../domain/policy/life/told-diff.ts';
import type { PolicyRow, PolicyVersionRow, Store } from '../../store/port.ts';
import type { PolicyVersion, PolicyVersionSummary } from '../contract/policies.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { decideInForce } from '../decide-in-force.ts';
import { draftHandlers } from './drafts.ts';

type Names =
  | 'policies.draft'
  | 'policies.answer'
  | 'policies.submit'
  | 'policies.list'
  | 'policies.get'
  | 'policies.version'
  | 'policies.artifact'
  | 'policies.diff'
  | 'decide';

export function policyHandlers(deps: HandlerDeps): HandlersOf<Names> {
  const { store } = deps;
  const decide = decideInForce(store, deps.clock);
  return {
    ...draftHandlers(deps),
    'policies.list': ({ query: { state, ...page } }) => store.policies.list(page, state),
    'policies.get': async ({ params }) => {
      const row = await knownPolicy(store, params.policy);
      const versions = await store.policies.versions(row.policy);
      const current = versions.find(({ version }) => version === (row.draft ?? row.enforced)) ?? versions.at(-1);
      if (current === undefined) throw new EdictError('not-found', `policy \`${row.policy}\` has no version`);
      return { ...row, versions: versions.map(versionSummary), current: await versionDetail(store, current) };
    },
    'policies.version': async ({ params }) => versionDetail(store, await knownVersion(store, params.policy, params.version)),
    'policies.artifact': async ({ params }) => {
      await knownVersion(store, params.policy, params.version);
      const compilations = await store.policies.compilations(params.policy, params.version);
      const digest = compilations.find(({ target }) => target === params.target)?.artifact;
      const artifact = digest === undefined ? undefined : await store.policies.artifact(digest);
      if (artifact === undefined)
        throw new EdictError('not-found', `version ${params.version} of \`${params.policy}\` has not been compiled to ${params.target}`);
      return artifact;
    },
    'policies.diff': async ({ params: { policy }, query: { from, to } }) => {
      const [before, after, inventory] = await Promise.all([
        knownVersion(store, policy, from),
        knownVersion(store, policy, to),
        store.context.inventory(),
      ]);
      return { policy, from, to, ...tellDiff([before.document], [after.document], inventory) };
    },
    decide: ({ body }) => decide(body.request),
  };
}

export async function knownPolicy(store: Store, policy: string): Promise<PolicyRow> {
  const row = await store.policies.get(policy);
  if (row === undefined) throw new EdictError('not-found', `there is no policy \`${policy}\``);
  return row;
}

export async function knownVersion(store: Store, policy: string, version: number): Promise<PolicyVersionRow> {
  const row = await store.policies.version(policy, version);
  if (row === undefined) throw new EdictError('not-found', `there is no version ${version} of policy \`${policy}\``);
  return row;
}

function versionSummary({ version, digest, status, author, createdAt }: PolicyVersionRow): PolicyVersionSummary {
  return { version, digest, status, author, createdAt };
}

async function versionDetail(store: Store, row: PolicyVersionRow): Promise<PolicyVersion> {
  const { policy, version } = row;
  const [compilations, proofs, whatIf] = await Promise.all([
    store.policies.compilations(policy, version),
    store.policies.proofs(policy, version),
    store.policies.whatIf(policy, version),
  ]);
  return {
    ...row,
    compilations,
    proofs: proofs.map(({ target, artifact, equal, detail, at }) => ({ target, artifact, equal, detail, at })),
    ...(whatIf === undefined ? {} : { whatIf }),
  };
}
