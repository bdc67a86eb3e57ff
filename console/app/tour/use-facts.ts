/** The facts that the tour's steps follow from, read over the public API while the tour is shown. */
import type { Approval } from '../../../api/contract/approvals.ts';
import type { IncidentDetail } from '../../../api/contract/incidents.ts';
import type { PolicyDetail, PolicySummary } from '../../../api/contract/policies.ts';
import { useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { alarm, alarmHost } from './demo.ts';
import type { Asked, Facts } from './steps.ts';

/** Hints tell at once; this is for what no hint was about. */
const often = { everyMs: 10_000 };
const states = ['retired', 'draft', 'revising', 'in-review', 'approved', 'distributing', 'enforced'];

/** `ready`: what decides on the next step is there. */
export function useFacts(): { readonly facts: Facts; readonly ready: boolean } {
  const context = useContextFacts();
  const policy = usePolicy();
  const incident = useIncident();
  const chain = useChain(incident.data?.closed === true && policy.data?.enforced === true);
  const facts: Facts = {
    ...(context === undefined ? {} : { context }),
    ...(policy.data === undefined ? {} : { policy: policy.data }),
    ...(policy.review === undefined ? {} : { review: policy.review }),
    ...(incident.data === undefined ? {} : { incident: incident.data }),
    ...(chain === undefined ? {} : { chain }),
  };
  return { facts, ready: context !== undefined && policy.ready && incident.ready };
}

/** Asked for at the end: it goes through the whole chain. What the screen of the chain asked before is no answer to it. */
function useChain(atTheEnd: boolean): Facts['chain'] {
  const enabled = useMay()('audit.verify') && atTheEnd;
  const { data } = useRead('audit.verify', {}, { enabled });
  return enabled && data !== undefined ? { ok: data.ok, rows: data.rows } : undefined;
}

function useContextFacts(): Facts['context'] {
  const { data } = useRead('context.get', {}, { everyMs: 30_000 });
  if (data === undefined) return undefined;
  const { assets, connections, indicators } = data.counts;
  return { assets, connections, indicators, demo: data.graph.nodes.some(({ name }) => name === alarmHost) };
}

/** Of all policies the one that is furthest. */
function furthest(all: readonly PolicySummary[]): PolicySummary | undefined {
  const rank = ({ state, enforced }: PolicySummary): number => (enforced === undefined ? states.indexOf(state) : states.length);
  return all.filter(({ state }) => state !== 'retired').toSorted((a, b) => rank(b) - rank(a))[0];
}

type PolicyFacts = { readonly data: Facts['policy']; readonly review: Asked | undefined; readonly ready: boolean };

function usePolicy(): PolicyFacts {
  const list = useRead('policies.list', { query: { limit: 100 } }, often);
  const found = furthest(list.data?.items ?? []);
  const policy = found?.policy ?? '';
  const waits = found?.state === 'draft' || found?.state === 'revising';
  const detail = useRead('policies.get', { params: { policy } }, { enabled: waits });
  const review = useReview(policy, found?.state === 'in-review');
  if (found === undefined) return { data: undefined, review: undefined, ready: list.data !== undefined };
  const questions = waits ? openQuestions(detail.data) : 0;
  return {
    data: { name: policy, state: found.state, enforced: found.enforced !== undefined, questions },
    review,
    ready: !waits || detail.data !== undefined,
  };
}

function openQuestions(detail: PolicyDetail | undefined): number {
  return detail?.current.document.questions.filter(({ answered }) => answered === undefined).length ?? 0;
}

/** The approval that the review of the policy waits for. */
function useReview(policy: string, enabled: boolean): Asked | undefined {
  const runs = useRead('runs.list', { query: { policy, limit: 10 } }, { enabled, ...often });
  const run = runs.data?.items.find(({ playbook }) => playbook === 'review')?.run;
  const asked = useRead('approvals.list', { query: { run: run ?? '' } }, { enabled: enabled && run !== undefined, ...often });
  const open = asked.data?.items.find(({ status }) => status === 'open');
  return enabled && open !== undefined ? askedOf(open) : undefined;
}

function useIncident(): { readonly data: Facts['incident']; readonly ready: boolean } {
  const query = { key: alarm.key ?? '', order: 'newest', limit: 1 } as const;
  const list = useRead('incidents.list', { query }, often);
  const id = list.data?.items[0]?.id ?? '';
  const { data } = useRead('incidents.get', { params: { id } }, { enabled: id !== '', ...often });
  const run = data?.runs[0];
  const asked = useRead('approvals.list', { query: { run: run?.run ?? '' } }, { enabled: run !== undefined, ...often });
  if (data === undefined) return { data: undefined, ready: list.data !== undefined && id === '' };
  const containment = asked.data?.items[0];
  return { data: { ...incidentFacts(data), ...(containment === undefined ? {} : { containment: askedOf(containment) }) }, ready: true };
}

function incidentFacts({ id, status, assignee, runs, effects }: IncidentDetail): NonNullable<Facts['incident']> {
  const isolations = effects.filter(({ action }) => action === 'network.isolate').map((effect) => effect.status);
  const [run] = runs;
  return {
    id,
    closed: status === 'closed',
    ...(assignee === undefined ? {} : { assignee }),
    ...(run === undefined ? {} : { run: { id: run.run, ended: run.status === 'ended' } }),
    contained: isolations.includes('confirmed'),
    released: isolations.length > 0 && isolations.every((one) => one === 'undone'),
  };
}

function askedOf({ id, status, roles, excluded, votes, quorum }: Approval): Asked {
  const given = votes.filter(({ decision }) => decision === 'approve').length;
  return { id, status, roles, excluded, voted: votes.map(({ by }) => by), given, quorum };
}
