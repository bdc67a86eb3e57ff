/** Playbooks, what they were compiled to, and starting one by hand: only who holds a role that its manual trigger names. */
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { manualRoles, resolveInputs } from '../../domain/playbook/inputs.ts';
import type { PlaybookRow, Store } from '../../store/port.ts';
import type { PlaybookSummary } from '../contract/playbooks.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { orderRun, requireManual } from '../orders/order-run.ts';

type Names = 'playbooks.list' | 'playbooks.get' | 'playbooks.plan' | 'playbooks.run';

export function playbookHandlers({ store, orchestrator }: HandlerDeps): HandlersOf<Names> {
  return {
    'playbooks.list': async () => ({ items: (await store.playbooks.list()).map(playbookSummary) }),
    'playbooks.get': async ({ params, query }) => {
      const row = await knownPlaybook(store, params.name, query.version);
      return { ...playbookSummary(row), source: row.source, ...(row.tests === undefined ? {} : { tests: row.tests }) };
    },
    'playbooks.plan': async ({ params, query }) => {
      const { playbook, version, digest, plan } = await knownPlaybook(store, params.name, query.version);
      return { playbook, version, digest: digest as PlaybookSummary['digest'], plan: plan as unknown as JsonObject };
    },
    'playbooks.run': async ({ params, body, by, person, http }) => {
      const row = await knownPlaybook(store, params.name, body.version);
      requireManual(row.plan, person);
      if (body.incident !== undefined && (await store.incidents.get(body.incident)) === undefined) {
        throw new EdictError('not-found', `there is no incident \`${body.incident}\``, { where: '/incident' });
      }
      const inputs = body.inputs ?? {};
      resolveInputs(row.plan, inputs);
      const { run } = await orderRun({ store, orchestrator }, row, { inputs, incident: body.incident, by, paused: body.paused, http });
      return { run, playbook: row.playbook, version: row.version, planDigest: row.plan.digest };
    },
  };
}

async function knownPlaybook(store: Store, name: string, version?: string): Promise<PlaybookRow> {
  const row = await store.playbooks.get(name, version);
  if (row === undefined) throw new EdictError('not-found', `there is no playbook \`${name}${version === undefined ? '' : `@${version}`}\``);
  return row;
}

function playbookSummary({ playbook, version, digest, publishedAt, plan }: PlaybookRow): PlaybookSummary {
  const manual = manualRoles(plan);
  return {
    playbook,
    version,
    title: plan.title,
    digest: digest as PlaybookSummary['digest'],
    publishedAt,
    ...(manual.length === 0 ? {} : { manual }),
    ...whatItIs(plan),
  };
}

/** What the compiler made of the text has a dot in its id, and is no step that somebody wrote. */
function whatItIs({
  description,
  owner,
  triggers,
  steps,
  tags,
}: Plan): Omit<PlaybookSummary, 'playbook' | 'version' | 'title' | 'digest' | 'publishedAt' | 'manual'> {
  const written = Object.values(steps).filter(({ id }) => !id.includes('.'));
  return {
    ...(description === undefined ? {} : { description }),
    ...(owner === undefined ? {} : { owner }),
    starts: [...new Set(triggers.map(({ kind }) => kind))],
    steps: written.length,
    actions: [...new Set(written.flatMap((step) => (step.kind === 'action' ? [step.action] : [])))].toSorted(),
    asksPeople: written.some(({ kind }) => kind === 'approval' || kind === 'manual'),
    tags,
  };
}
