/**
 * What one OPA serves of ours: connections from one bundle, access and the use of models from another. The two lie side by side in one
 * OPA, each a point of its own with roots of its own, so that neither is touched by a change of the other.
 */
import { EdictError } from '../../domain/errors.ts';
import type { RuleKind } from '../../domain/policy/model.ts';
import { regoTarget } from '../../domain/policy/targets/rego/target.ts';
import { regoAccessTarget } from '../../domain/policy/targets/rego-access/target.ts';
import type { Artifact, TargetName } from '../../domain/policy/targets/target.ts';
import { bundleNames } from './config.ts';

export type Served = {
  readonly target: TargetName;
  readonly kinds: readonly RuleKind[];
  /** OPA's name of the bundle. */
  readonly bundle: string;
  /** Where OPA is asked, below `/v1/data/`. */
  readonly decision: string;
  /** The documents below `edict` that the artifact decides from. */
  readonly documents: readonly string[];
  /** Isolations of hosts, below `edict`, where the bundle has them. */
  readonly isolations?: 'isolations' | undefined;
  /** The record of what this is, below `edict`. */
  readonly state: string;
  /** Other packages of the bundle: policies of ours that no artifact has. */
  readonly extras: { readonly [path: string]: string };
  readonly roots: readonly string[];
  /** In force where no policy is. */
  readonly empty: () => Artifact;
};

const nobody = { assets: [], zones: [] };

const connections = 'edict/network/decision';
const access = 'edict/access/decision';

/** Reading OPA's state is no decision: only those of the entry points are logged. */
const logPolicy = `package system.log

drop if not input.path in {"${connections}", "${access}"}
`;

export const servedConnections: Served = {
  target: 'rego',
  kinds: ['network'],
  bundle: bundleNames.connections,
  decision: connections,
  documents: ['rules'],
  isolations: 'isolations',
  state: 'state',
  extras: { 'system/log.rego': logPolicy },
  roots: ['edict/network', 'edict/rules', 'edict/isolations', 'edict/state', 'system/log'],
  empty: () => regoTarget.compile([], nobody).artifact,
};

export const servedAccess: Served = {
  target: 'rego-access',
  kinds: ['access', 'ai'],
  bundle: bundleNames.access,
  decision: access,
  documents: ['authorization'],
  state: 'authorization_state',
  extras: {},
  roots: ['edict/access', 'edict/authorization', 'edict/authorization_state'],
  empty: () => regoAccessTarget.compile([], nobody).artifact,
};

export const everyServed: readonly Served[] = [servedConnections, servedAccess];

/** Throws `input-invalid` for a target that OPA does not serve. */
export function servedFor(point: string, target: TargetName = servedConnections.target): Served {
  const served = everyServed.find((one) => one.target === target);
  if (served !== undefined) return served;
  throw new EdictError('input-invalid', `OPA does not serve \`${target}\``, {
    where: point,
    expected: everyServed.map((one) => one.target).join(' or '),
  });
}
