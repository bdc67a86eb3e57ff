/** Teams with folders of documents, and who may do what with them: as access rules are in an organization. */
import type { Inventory } from '../../domain/context/inventory.ts';
import type { Entity } from '../../domain/policy/access/entity.ts';
import type { AccessRequest, AccessRule } from '../../domain/policy/access/model.ts';
import type { Policy } from '../../domain/policy/model.ts';

type Corpus = { readonly policy: Policy; readonly inventory: Inventory; readonly requests: readonly AccessRequest[] };

/** Teams of ten people, each with a folder of ten documents; a rule in ten closes a folder, one in ten asks for a second factor. */
export function accessCorpus(rules: number): Corpus {
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
