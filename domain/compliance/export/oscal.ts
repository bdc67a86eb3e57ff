/**
 * Controls of SP 800-53 with their evidence as OSCAL assessment results 1.1.3 (https://pages.nist.gov/OSCAL-Reference/models/v1.1.3/assessment-results/):
 * one observation for each need that was seen, one finding for each control. A control is `satisfied` where it is effective and nowhere
 * else. Ids are UUIDs of version 5 (RFC 9562) over what they name, so that the same state gives the same document.
 */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { JsonObject } from '../../json.ts';
import type { AssessedControl } from '../assess.ts';
import type { Claim } from '../claims.ts';
import { catalogue } from '../controls.ts';
import { statusRules } from '../effectiveness.ts';
import type { EvidenceLink, Need } from '../effectiveness.ts';

export type OscalInput = {
  readonly at: string;
  readonly since: string;
  readonly version: string;
  readonly controls: readonly AssessedControl[];
};

export function assessmentResults({ at, since, version, controls }: OscalInput): JsonObject {
  const assessed = controls.filter(({ framework }) => framework === catalogue);
  const plan = uuidOf('plan');
  const result = {
    uuid: uuidOf('result', at),
    title: 'Controls as they were seen',
    description: 'Derived from policies, proofs, enforcement points, playbooks, runs, approvals, incidents, effects and the audit chain.',
    start: since,
    end: at,
    'reviewed-controls': {
      'control-selections': [{ 'include-controls': assessed.map(({ control }) => ({ 'control-id': controlId(control) })) }],
    },
    ...some('observations', observationsOf(assessed, at)),
    ...some('findings', assessed.map(findingOf)),
  };
  return {
    'assessment-results': {
      uuid: uuidOf('document', at),
      metadata: { title: 'Edict: assessment results', 'last-modified': at, version, 'oscal-version': '1.1.3' },
      'import-ap': { href: `#${plan}` },
      results: [result],
      'back-matter': {
        resources: [
          {
            uuid: plan,
            title: 'Assessment plan',
            description: 'There is no plan apart: every control that Edict bears on is assessed whenever it is asked for.',
          },
        ],
      },
    },
  };
}

/** OSCAL's lists hold one item at least. */
function some(name: string, items: readonly JsonObject[]): JsonObject {
  return items.length === 0 ? {} : { [name]: items };
}

function observationsOf(controls: readonly AssessedControl[], at: string): readonly JsonObject[] {
  const seen = new Map<string, JsonObject>();
  for (const claim of controls.flatMap(({ claims }) => claims)) {
    for (const need of claim.needs.filter(({ state }) => state !== 'unseen')) {
      const uuid = observationId(claim, need);
      if (!seen.has(uuid)) seen.set(uuid, observation(uuid, need, at));
    }
  }
  return [...seen.values()];
}

function observationId({ kind, id }: Claim, { text }: Need): string {
  return uuidOf('observation', kind, id, text);
}

function observation(uuid: string, { text, found, state, evidence }: Need, at: string): JsonObject {
  return {
    uuid,
    title: text,
    description: `${state === 'holds' ? 'Holds' : 'Does not hold'}: ${found}.`,
    methods: ['EXAMINE'],
    collected: at,
    'relevant-evidence': evidence.map((link) => ({ href: hrefOf(link), description: `${link.kind} ${link.id}` })),
  };
}

function findingOf({ control, title, status, claims }: AssessedControl): JsonObject {
  const related = claims.flatMap((claim) =>
    claim.needs.filter(({ state }) => state !== 'unseen').map((need) => ({ 'observation-uuid': observationId(claim, need) })),
  );
  const reason = { effective: 'pass', partly: 'fail', 'not-effective': 'fail', 'no-evidence': 'other' }[status];
  return {
    uuid: uuidOf('finding', control),
    title,
    description: `${statusRules[status]} It says how Edict’s part of the control works, not that the control is met.`,
    target: {
      type: 'statement-id',
      'target-id': `${controlId(control)}_smt`,
      status: { state: status === 'effective' ? 'satisfied' : 'not-satisfied', reason },
    },
    ...some('related-observations', related),
  };
}

function controlId(control: string): string {
  return control.slice(catalogue.length + 1);
}

/** Of the API: relative to where the document came from. */
function hrefOf({ kind, id }: EvidenceLink): string {
  const one = encodeURIComponent(id);
  if (kind === 'audit') return `/v1/audit?since=${Number(id) - 1}&limit=1`;
  if (kind === 'effect') return `/v1/effects?run=${encodeURIComponent(id.split('/')[0] ?? id)}`;
  if (kind === 'context') return '/v1/context';
  return kind === 'policy' ? `/v1/policies/${one}` : `/v1/${kind}s/${one}`;
}

/** Edict's own, made once at random. */
const namespace = '6f1d3c52-8f0e-4b63-9d0a-2c7be1a4f7d9';

function uuidOf(...name: readonly string[]): string {
  const hash = sha1(new Uint8Array([...hexToBytes(namespace.replaceAll('-', '')), ...utf8ToBytes(JSON.stringify(name))]));
  const hex = bytesToHex(hash.subarray(0, 16));
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `${variant}${hex.slice(18, 20)}`, hex.slice(20, 32)].join('-');
}
