/** Compliance: frameworks, the controls that Edict bears on, how effective each was seen to be, and the rows that say so. */
import { z } from 'zod';
import { JsonMap, list, Time } from '../values.ts';
import type { RouteSpec } from '../route.ts';

/** What each means is said by `rules` of the list of frameworks: nothing that was never seen counts as effective. */
export const ControlStatus = z.enum(['no-evidence', 'not-effective', 'partly', 'effective']);
export type ControlStatus = z.infer<typeof ControlStatus>;

const Counts = z.object({ 'no-evidence': z.int(), 'not-effective': z.int(), partly: z.int(), effective: z.int() });
export const ComplianceFramework = z
  .object({ id: z.string(), title: z.string(), source: z.string(), licence: z.string(), about: z.string(), counts: Counts })
  .meta({ id: 'ComplianceFramework' });
export type ComplianceFramework = z.infer<typeof ComplianceFramework>;
/** `since`: where the window begins in which runs, approvals, incidents, effects and reports count. */
export const ComplianceFrameworkList = z
  .object({ at: Time, since: Time, rules: z.record(ControlStatus, z.string()), items: list(ComplianceFramework) })
  .meta({ id: 'ComplianceFrameworkList' });

/** A row that evidence is read from: what its own route is asked with. */
export const EvidenceLink = z
  .object({
    kind: z.enum(['policy', 'playbook', 'run', 'approval', 'effect', 'incident', 'point', 'report', 'audit', 'context']),
    id: z.string(),
    at: Time.optional(),
  })
  .meta({ id: 'EvidenceLink' });
export type EvidenceLink = z.infer<typeof EvidenceLink>;
/** `evidence`: at most 20 of its `rows`, those that speak against it first. */
export const ControlNeed = z
  .object({ text: z.string(), state: z.enum(['holds', 'fails', 'unseen']), found: z.string(), evidence: list(EvidenceLink), rows: z.int() })
  .meta({ id: 'ControlNeed' });
export type ControlNeed = z.infer<typeof ControlNeed>;
export const ControlClaim = z
  .object({ kind: z.enum(['policy', 'playbook', 'mechanism']), id: z.string(), title: z.string(), needs: list(ControlNeed) })
  .meta({ id: 'ControlClaim' });
export type ControlClaim = z.infer<typeof ControlClaim>;

/** `holds`, `fails`, `unseen`: its needs; `evidence`: the rows that were looked at. `via`: other controls whose evidence counts for it. */
export const ControlSummary = z
  .object({
    control: z.string(),
    framework: z.string(),
    title: z.string(),
    status: ControlStatus,
    holds: z.int(),
    fails: z.int(),
    unseen: z.int(),
    evidence: z.int(),
    via: list(z.string()),
  })
  .meta({ id: 'ControlSummary' });
export type ControlSummary = z.infer<typeof ControlSummary>;
export const ControlList = z.object({ at: Time, since: Time, items: list(ControlSummary) }).meta({ id: 'ControlList' });
/** `planned`: policies that cite it and were never in force. */
export const Control = ControlSummary.extend({ claims: list(ControlClaim), planned: list(z.string()), rule: z.string() }).meta({
  id: 'Control',
});
export type Control = z.infer<typeof Control>;
export const ControlReport = z.object({ at: Time, since: Time, items: list(Control) }).meta({ id: 'ControlReport' });

const FrameworkName = z.string().min(1).max(128);
export const ControlQuery = z.strictObject({
  framework: FrameworkName.optional(),
  status: ControlStatus.optional(),
  /** In its id or title. */
  text: z.string().min(1).max(100).optional(),
});
export const ControlParams = z.strictObject({ control: z.string().min(1).max(128) });
export const ControlExportQuery = z.strictObject({ framework: FrameworkName.optional() });

const read = { method: 'GET', access: 'compliance:read', status: 200 } as const;

export const complianceRoutes = {
  'compliance.frameworks': {
    ...read,
    path: '/v1/compliance/frameworks',
    summary: 'Lists the frameworks, with how many of their controls were seen to be effective.',
    reply: ComplianceFrameworkList,
  },
  'compliance.controls': {
    ...read,
    path: '/v1/compliance/controls',
    summary: 'Lists controls with their status.',
    query: ControlQuery,
    reply: ControlList,
  },
  'compliance.control': {
    ...read,
    path: '/v1/compliance/controls/:control',
    summary: 'Shows a control with what is claimed for it, what was found, and the rows that say so.',
    params: ControlParams,
    reply: Control,
  },
  'compliance.export': {
    ...read,
    path: '/v1/compliance/export',
    summary: 'Exports controls with their evidence as JSON.',
    query: ControlExportQuery,
    reply: ControlReport,
  },
  'compliance.csv': {
    ...read,
    path: '/v1/compliance/export.csv',
    summary: 'Exports controls with their evidence as CSV, one finding a line, safe for spreadsheets.',
    query: ControlExportQuery,
    reply: z.string(),
    produces: 'text/csv',
  },
  'compliance.oscal': {
    ...read,
    path: '/v1/compliance/oscal',
    summary: 'Exports the controls of SP 800-53 with their evidence as OSCAL assessment results 1.1.3.',
    reply: JsonMap,
  },
} as const satisfies Record<string, RouteSpec>;
