/** What a version is compiled and proved with: every policy in force, with this version in place of its own. */
import type { ActionCall } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import { policiesAt } from '../../domain/policy/life/exceptions.ts';
import type { Policy } from '../../domain/policy/model.ts';
import type { PolicyVersionRow, Store } from '../../store/port.ts';
import { integerParam, textParam } from '../params.ts';

/** In the order of their names: same versions, same bytes. As they are written, exceptions that have ended included. */
export async function versionsTogether(store: Store, version: PolicyVersionRow): Promise<readonly PolicyVersionRow[]> {
  const others = (await store.policies.inForce()).filter((row) => row.policy !== version.policy);
  return [...others, version].toSorted((a, b) => (a.policy < b.policy ? -1 : 1));
}

/** What they say now: exceptions that have ended are gone. */
export function documentsNow(rows: readonly PolicyVersionRow[], now: () => Date): readonly Policy[] {
  return policiesAt(
    rows.map((row) => row.document),
    now().getTime(),
  );
}

/** The version that a step's `policy` and `version` name. */
export async function namedVersion(store: Store, call: ActionCall): Promise<PolicyVersionRow> {
  const policy = textParam(call, 'policy');
  const version = integerParam(call, 'version');
  const row = await store.policies.version(policy, version);
  if (row === undefined) throw new EdictError('not-found', `policy \`${policy}\` has no version ${version}`, { where: call.step });
  return row;
}

/** The version of a policy that is being worked on. */
export async function draftVersion(store: Store, call: ActionCall): Promise<PolicyVersionRow> {
  const policy = textParam(call, 'policy');
  const row = await store.policies.get(policy);
  if (row === undefined) throw new EdictError('not-found', `no policy \`${policy}\``, { where: call.step });
  const draft = row.draft === undefined ? undefined : await store.policies.version(policy, row.draft);
  if (draft === undefined) throw new EdictError('policy-state-wrong', `policy \`${policy}\` has no draft`, { where: call.step });
  return draft;
}
