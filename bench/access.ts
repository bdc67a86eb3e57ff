/**
 * Decisions on access in process, against the least that could be written by hand for the same work: three texts and two attributes
 * looked up in maps. Each repetition is the mean over 2,048 requests.
 */
import type { Inventory } from '../domain/context/inventory.ts';
import type { Entity } from '../domain/policy/access/entity.ts';
import type { AccessRequest, AccessRule } from '../domain/policy/access/model.ts';
import { decide, prepare } from '../domain/policy/decide.ts';
import type { Policy } from '../domain/policy/model.ts';
import { type BenchFigure, figure } from './figure.ts';

export async function bench(): Promise<BenchFigure[]> {
  return [10, 1_000, 10_000].map(decideFigure);
}

type Corpus = { readonly policy: Policy; readonly inventory: Inventory; readonly requests: readonly AccessRequest[] };

/** Teams of ten people, each with a folder of ten documents; a rule in ten closes a folder, one in ten asks for a second factor. */
function corpus(rules: number): Corpus {
  const teams = Math.max(2, Math.round(rules / 10));
  const entities = Array.from({ length: teams }, (_, team) => team).flatMap((team): Entity[] =>
    Array.from({ length: 10 }, (__, number) => number).flatMap((number) => [
      { uid: { type: 'user', id: `u${team}-${number}` }, parents: [{ type: 'group', id: `g${team}` }] },
      { uid: { type: 'document', id: `d${team}-${number}` }, parents: [{ type: 'folder', id: `f${team}` }] },
    ]),
  );
  const list = Array.from({ length: rules }, (_, number): AccessRule => ruleOf(number, teams));
  const requests = Array.from({ length: 2_048 }, (_, number): AccessRequest => {
    const team = (number * 7) % teams;
    return {
      kind: 'access',
      principal: `user:u${(team + (number % 3 === 0 ? 1 : 0)) % teams}-${number % 10}`,
      action: ['read', 'write', 'share'][number % 3] ?? 'read',
      resource: `document:d${team}-${(number * 3) % 10}`,
      context: { mfa: number % 2 === 0, country: number % 5 === 0 ? 'CH' : 'DE' },
    };
  });
  const policy = { policy: 'p', title: '', owner: '', controls: [], requirements: [], rules: list, questions: [], tests: [] };
  return { policy, inventory: { assets: [], zones: [], entities }, requests };
}

function ruleOf(number: number, teams: number): AccessRule {
  const team = Math.floor(number / 10) % teams;
  const base = { kind: 'access' as const, id: `r${number}`, requirement: 'q' };
  const resources = [`folder:f${team}`];
  if (number % 10 === 9) return { ...base, effect: 'claim', match: { principals: ['any'], actions: ['any'], resources } };
  const principals = [`group:g${(team + (number % 4)) % teams}`];
  if (number % 10 === 5) return { ...base, effect: 'allow', match: { principals, actions: ['write'], resources, when: { mfa: true } } };
  if (number % 10 === 7)
    return { ...base, effect: 'deny', match: { principals, actions: ['share'], resources, when: { countries: ['CH'] } } };
  return { ...base, effect: 'allow', match: { principals, actions: ['read'], resources } };
}

let sink = 0;

function decideFigure(rules: number): BenchFigure {
  const { policy, inventory, requests } = corpus(rules);
  const decider = prepare([policy], inventory);
  const known = new Map(
    requests.flatMap(({ principal, action, resource }, at) => [principal, action, resource].map((text) => [text, at] as const)),
  );
  const limit = ({ principal, action, resource, context }: AccessRequest): number =>
    (known.get(principal) ?? 0) ^ (known.get(action) ?? 0) ^ (known.get(resource) ?? 0) ^ (context?.['mfa'] === true ? 1 : 0);
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < 250; round += 1) {
    const mine = perRequestUs(requests, (request) => decide(decider, request).decision);
    const theirs = perRequestUs(requests, limit);
    if (round < 50) continue;
    ours.push(mine);
    bare.push(theirs);
  }
  return figure(`decide access, ${rules.toLocaleString('en')} rules`, 'µs', ours, bare);
}

function perRequestUs(requests: readonly AccessRequest[], answer: (request: AccessRequest) => unknown): number {
  const start = performance.now();
  for (const request of requests) sink += answer(request) === 'deny' ? 1 : 0;
  return ((performance.now() - start) * 1_000) / requests.length;
}
