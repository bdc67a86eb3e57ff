/**
 * Playbooks that others may call, as far as their compiler has to know them: what they take, what they give and of which type, how they
 * can end, and what they call themselves. Made from plans, of which there may be several versions of one playbook.
 */
import { actions, type ActionSpec } from '../actions.ts';
import { celEnvironment } from '../expression.ts';
import type { Plan, PlanStep } from '../plan.ts';
import { newestOf } from './version.ts';

export type KnownPlaybook = {
  readonly playbook: string;
  readonly version: string;
  readonly inputs: Plan['inputs'];
  /** Name → type in CEL, `dyn` where it cannot be told. */
  readonly outputs: { readonly [name: string]: string };
  readonly outcomes: readonly string[];
  readonly calls: readonly PlaybookCall[];
};

export type PlaybookCall = { readonly playbook: string; readonly version?: string | undefined };

export type Catalogue = {
  readonly names: readonly string[];
  /** The newest version that fits; all versions fit where none is named. */
  readonly find: (name: string, range?: string) => KnownPlaybook | undefined;
  readonly versions: (name: string) => readonly string[];
};

export function catalogueOf(plans: Iterable<Plan>): Catalogue {
  const byName = new Map<string, Plan[]>();
  for (const plan of plans) byName.set(plan.playbook, [...(byName.get(plan.playbook) ?? []), plan]);
  return {
    names: [...byName.keys()],
    find: (name, range) => {
      const plan = newestOf(byName.get(name) ?? [], range);
      return plan && knownOf(plan);
    },
    versions: (name) => (byName.get(name) ?? []).map(({ version }) => version),
  };
}

export function callsOf(plan: Pick<Plan, 'steps'>): readonly PlaybookCall[] {
  return Object.values(plan.steps).flatMap((step) =>
    step.kind === 'playbook' ? [{ playbook: step.playbook, ...(step.version === undefined ? {} : { version: step.version }) }] : [],
  );
}

/** The playbooks by which `from` would come back to itself if it called this one; undefined where it would not. */
export function wayBack(
  catalogue: Catalogue,
  from: string,
  call: PlaybookCall,
  seen: ReadonlySet<string> = new Set(),
): readonly string[] | undefined {
  if (call.playbook === from) return [from];
  if (seen.has(call.playbook)) return undefined;
  const next = new Set(seen).add(call.playbook);
  for (const inner of catalogue.find(call.playbook, call.version)?.calls ?? []) {
    const way = wayBack(catalogue, from, inner, next);
    if (way) return [call.playbook, ...way];
  }
  return undefined;
}

/** How a run of it can end. */
export function outcomesOf(plan: Pick<Plan, 'steps'>): readonly string[] {
  const ends = Object.values(plan.steps).flatMap((step) => (step.kind === 'end' ? [step.outcome] : []));
  return [...new Set(['done', 'failed', 'cancelled', ...ends])];
}

function knownOf(plan: Plan): KnownPlaybook {
  const { playbook, version, inputs } = plan;
  return { playbook, version, inputs, outputs: outputTypes(plan), outcomes: outcomesOf(plan), calls: callsOf(plan) };
}

const celTypes: { readonly [type: string]: string } = { asset: 'map', indicator: 'map', any: 'dyn', duration: 'string' };
const celType = (type: string): string => celTypes[type] ?? type;

function outputTypes({ inputs, steps, outputs }: Plan): { readonly [name: string]: string } {
  const environment = celEnvironment(true);
  const given = Object.entries(inputs).map(([name, { type }]) => [name, celType(type)] as const);
  if (given.length > 0) environment.registerVariable({ name: 'inputs', schema: Object.fromEntries(given) });
  for (const step of Object.values(steps)) {
    const schema = typesOf(step);
    if (schema) environment.registerVariable({ name: step.id.replaceAll('-', '_'), schema });
  }
  return Object.fromEntries(
    Object.entries(outputs).map(([name, cel]) => {
      const { valid, type } = environment.check(cel);
      return [name, valid ? (type?.replace(/<.*$/u, '') ?? 'dyn') : 'dyn'];
    }),
  );
}

/** Of actions alone is it known what they give. */
function typesOf(step: PlanStep): { readonly [name: string]: string } | undefined {
  if (step.kind !== 'action') return undefined;
  const { outputs } = actions[step.action] as ActionSpec;
  return {
    ...Object.fromEntries(Object.entries(outputs).map(([name, type]) => [name, celType(type)])),
    ...Object.fromEntries(Object.keys(step.outputs ?? {}).map((name) => [name, 'dyn'])),
    ok: 'bool',
    status: 'string',
    error: 'dyn',
    lease: 'dyn',
  };
}
