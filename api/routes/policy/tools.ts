/** The tools of the policy core over the store's inventory and versions. Nothing is stored, but what an import makes where it is asked to. */
import { EdictError } from '../../../domain/errors.ts';
import { importPolicy } from '../../../domain/policy/import/importers.ts';
import { requireSame } from '../../../domain/policy/import/require-same.ts';
import { policiesAt } from '../../../domain/policy/life/exceptions.ts';
import { runPolicyTests } from '../../../domain/policy/life/policy-tests.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { printPolicyFile } from '../../../domain/policy/policy-file.ts';
import { prove } from '../../../domain/policy/prove.ts';
import { givenArtifact } from '../../../domain/policy/targets/artifact.ts';
import { compileFor } from '../../../domain/policy/targets/compile-for.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';
import { knownVersion } from '../policies.ts';
import { takeDraft } from './apply.ts';

type Names = 'policies.compile' | 'policies.prove' | 'policies.test' | 'policies.import';

type Subject = {
  readonly documents?: readonly Policy[] | undefined;
  readonly policy?: string | undefined;
  readonly version?: number | undefined;
};

export function toolHandlers(deps: HandlerDeps): HandlersOf<Names> {
  const { store } = deps;
  return {
    'policies.compile': async ({ body: { target, ...subject } }) => {
      const policies = await togetherOf(deps, subject);
      return compileFor(target, policies, await store.context.inventory());
    },
    'policies.prove': async ({ body: { target, files, exact, ...subject } }) => {
      const [policies, inventory] = [await togetherOf(deps, subject), await store.context.inventory()];
      const compiled = compileFor(target, policies, inventory);
      const artifact = files === undefined ? compiled.artifact : givenArtifact(compiled.artifact.target, files);
      return prove(policies, inventory, artifact, exact ? [] : compiled.losses);
    },
    'policies.test': async ({ body }) => {
      const [documents, inventory] = [await namedOf(deps, body), await store.context.inventory()];
      const policies = documents.map((document) => ({ policy: document.policy, tests: runPolicyTests(document, inventory) }));
      return { policies, passed: policies.every(({ tests }) => tests.every(({ passed }) => passed)) };
    },
    'policies.import': async ({ body, by }) => {
      const { mode, from, policy, title = `Imported from ${from}`, owner = by } = body;
      const imported = importPolicy(from, body.text, await store.context.inventory(), { policy, title, owner });
      requireSame(imported, `the ${from} configuration`);
      const { unread, implied, uncompared } = imported;
      const told = { mode, policy: imported.policy, unread, implied, ...(uncompared === undefined ? {} : { uncompared }) };
      const text = printPolicyFile(imported.policy);
      if (mode === 'dry-run') return { ...told, text };
      const { version } = await takeDraft(deps, imported.policy, by);
      return { ...told, text, version };
    },
  };
}

/** As they are written: of a version, that one alone. */
async function namedOf({ store }: HandlerDeps, { documents, policy = '', version = 0 }: Subject): Promise<readonly Policy[]> {
  if (documents === undefined) return [(await knownVersion(store, policy, version)).document];
  const twice = documents.find((one, at) => documents.findIndex((other) => other.policy === one.policy) !== at);
  if (twice === undefined) return documents;
  throw new EdictError('input-invalid', `policy \`${twice.policy}\` is given twice`, { where: '/documents', expected: 'each once' });
}

/** As they are now, and with a version all others in force, in the order of their names: as a stage of it compiles them. */
async function togetherOf(deps: HandlerDeps, subject: Subject): Promise<readonly Policy[]> {
  const named = await namedOf(deps, subject);
  const others = subject.documents === undefined ? await deps.store.policies.inForce() : [];
  const rest = others.map(({ document }) => document).filter(({ policy }) => policy !== subject.policy);
  const all = [...rest, ...named].toSorted((one, other) => (one.policy < other.policy ? -1 : 1));
  return policiesAt(all, deps.clock().getTime());
}
