/**
 * What a control's status means. A control rests on claims (a policy that cites it, a playbook that cites it, a mechanism of the product),
 * each claim on needs: single statements that either hold, do not hold, or were never seen. The status follows from the needs alone:
 *
 *   effective      there is at least one need, and every one holds
 *   partly         some hold, and some do not or were never seen
 *   not-effective  none holds, and at least one was seen not to
 *   no-evidence    none holds and none was seen not to; also where nothing claims the control at all
 *
 * INVARIANT: it fails closed. What was never seen does not hold, so that taking a finding away never raises a status (in the order
 * no-evidence < not-effective < partly < effective). To be effective here says that Edict's part works, not that a framework is met.
 */

export const statuses = ['no-evidence', 'not-effective', 'partly', 'effective'] as const;
export type Status = (typeof statuses)[number];

export const statusRules: Readonly<Record<Status, string>> = {
  effective: 'Everything that is claimed for it was seen to hold.',
  partly: 'Some of what is claimed for it was seen to hold; the rest was seen not to, or never seen.',
  'not-effective': 'Nothing that is claimed for it was seen to hold, and something was seen not to.',
  'no-evidence': 'Nothing was seen that speaks for it or against it. That is never taken for effective.',
};

/** A row that evidence is read from: `id` is what its route or its screen is asked with. */
export type EvidenceLink = {
  readonly kind: 'policy' | 'playbook' | 'run' | 'approval' | 'effect' | 'incident' | 'point' | 'report' | 'audit' | 'context';
  readonly id: string;
  /** When it was so, as the row says. */
  readonly at?: string | undefined;
};

export type Need = {
  readonly text: string;
  readonly state: 'holds' | 'fails' | 'unseen';
  /** What was found, in a sentence. */
  readonly found: string;
  /** At most `linksShown`; `rows` counts all. None where nothing was seen. */
  readonly evidence: readonly EvidenceLink[];
  readonly rows: number;
};

export const linksShown = 20;

export function statusOf(needs: readonly Pick<Need, 'state'>[]): Status {
  const holds = needs.filter(({ state }) => state === 'holds').length;
  if (holds > 0) return holds === needs.length ? 'effective' : 'partly';
  return needs.some(({ state }) => state === 'fails') ? 'not-effective' : 'no-evidence';
}

export function statusRank(status: Status): number {
  return statuses.indexOf(status);
}

/** A need of which rows were seen; without any row it is unseen, whatever `holds` says. */
export function need(
  text: string,
  seen: { readonly holds: boolean; readonly found: string; readonly rows: readonly EvidenceLink[] },
): Need {
  const { holds, found, rows } = seen;
  if (rows.length === 0) return unseen(text, found);
  return { text, state: holds ? 'holds' : 'fails', found, evidence: rows.slice(0, linksShown), rows: rows.length };
}

export function unseen(text: string, found: string): Need {
  return { text, state: 'unseen', found, evidence: [], rows: 0 };
}
