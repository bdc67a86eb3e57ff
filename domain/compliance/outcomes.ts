/**
 * The outcomes of the NIST Cybersecurity Framework 2.0 that Edict bears on. Ids and texts are NIST's (public domain):
 * https://doi.org/10.6028/NIST.CSWP.29. Which controls of SP 800-53 an outcome is seen through is Edict's own reading, and narrower than
 * NIST's informative references: only what the product can show evidence for.
 */
import type { ControlId } from './controls.ts';

export type Outcome = { readonly title: string; readonly via: readonly ControlId[] };

export const outcomes: Readonly<Record<string, Outcome>> = {
  'gv.po-01': {
    title:
      'Policy for managing cybersecurity risks is established based on organizational context, cybersecurity strategy, and priorities and is communicated and enforced',
    via: ['pl-2', 'cm-3'],
  },
  'id.am-01': { title: 'Inventories of hardware managed by the organization are maintained', via: ['cm-8'] },
  'id.am-03': {
    title:
      "Representations of the organization's authorized network communication and internal and external network data flows are maintained",
    via: ['ac-4'],
  },
  'id.ra-07': { title: 'Changes and exceptions are managed, assessed for risk impact, recorded, and tracked', via: ['cm-3', 'cm-4'] },
  'pr.aa-05': {
    title:
      'Access permissions, entitlements, and authorizations are defined in a policy, managed, enforced, and reviewed, and incorporate the principles of least privilege',
    via: ['ac-2', 'ac-3', 'ac-5', 'ac-6'],
  },
  'pr.ir-01': {
    title: 'Networks and environments are protected from unauthorized logical access and usage',
    via: ['ac-3', 'ac-4', 'sc-7', 'sc-7.5'],
  },
  'pr.ps-01': { title: 'Configuration management practices are established and applied', via: ['cm-2', 'cm-3', 'cm-6'] },
  'pr.ps-04': { title: 'Log records are generated and made available for continuous monitoring', via: ['au-2', 'au-12'] },
  'de.ae-06': { title: 'Information on adverse events is provided to authorized staff and tools', via: ['si-4.5', 'ir-6'] },
  'de.cm-01': { title: 'Networks and network services are monitored to find potentially adverse events', via: ['ca-7', 'si-4'] },
  'rs.an-06': {
    title: "Actions performed during an investigation are recorded, and the records' integrity and provenance are preserved",
    via: ['au-9', 'au-10'],
  },
  'rs.ma-01': {
    title: 'The incident response plan is executed in coordination with relevant third parties once an incident is declared',
    via: ['ir-4'],
  },
  'rs.mi-01': { title: 'Incidents are contained', via: ['ir-4', 'ir-5'] },
};
