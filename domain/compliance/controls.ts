/**
 * The NIST SP 800-53 revision 5 controls that Edict's stages, actions and rules touch. Ids and titles are NIST's (public domain):
 * https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final. Touching a control is evidence for it, never proof that it is met.
 */
import type { ActionName } from '../playbook/actions.ts';
import type { NetworkRule } from '../policy/model.ts';

export const catalogue = 'nist-800-53r5';

export const controls = {
  'ac-2': 'Account Management',
  'ac-3': 'Access Enforcement',
  'ac-4': 'Information Flow Enforcement',
  'ac-5': 'Separation of Duties',
  'ac-6': 'Least Privilege',
  'ac-17': 'Remote Access',
  'au-2': 'Event Logging',
  'au-3': 'Content of Audit Records',
  'au-6': 'Audit Record Review, Analysis, and Reporting',
  'au-9': 'Protection of Audit Information',
  'au-10': 'Non-repudiation',
  'au-12': 'Audit Record Generation',
  'ca-7': 'Continuous Monitoring',
  'cm-2': 'Baseline Configuration',
  'cm-3': 'Configuration Change Control',
  'cm-4': 'Impact Analyses',
  'cm-5': 'Access Restrictions for Change',
  'cm-6': 'Configuration Settings',
  'cm-7': 'Least Functionality',
  'cm-8': 'System Component Inventory',
  'cp-10': 'System Recovery and Reconstitution',
  'ia-5': 'Authenticator Management',
  'ir-4': 'Incident Handling',
  'ir-5': 'Incident Monitoring',
  'ir-6': 'Incident Reporting',
  'pl-2': 'System Security and Privacy Plans',
  'pm-16': 'Threat Awareness Program',
  'ra-5': 'Vulnerability Monitoring and Scanning',
  'sc-5': 'Denial-of-service Protection',
  'sc-7': 'Boundary Protection',
  'sc-7.5': 'Boundary Protection | Deny by Default — Allow by Exception',
  'si-2': 'Flaw Remediation',
  'si-3': 'Malicious Code Protection',
  'si-4': 'System Monitoring',
  'si-4.5': 'System Monitoring | System-generated Alerts',
  'si-7': 'Software, Firmware, and Information Integrity',
  'si-8': 'Spam Protection',
} as const satisfies Record<string, string>;

export type ControlId = keyof typeof controls;

/** `nist-800-53r5:ac-4` */
export type ControlRef = `${typeof catalogue}:${ControlId}`;

export type Stage = 'create' | 'context' | 'generate' | 'review' | 'distribute' | 'enforce' | 'monitor' | 'respond' | 'report';

export const stageControls: Readonly<Record<Stage, readonly ControlId[]>> = {
  create: ['ac-4', 'pl-2'],
  context: ['cm-8', 'pm-16'],
  generate: ['cm-4', 'ac-4'],
  review: ['cm-3', 'ac-5'],
  distribute: ['cm-3', 'cm-6', 'sc-7'],
  enforce: ['ac-3', 'ac-4', 'sc-7'],
  monitor: ['ca-7', 'si-4', 'cm-6'],
  respond: ['ir-4', 'ir-5', 'si-4.5'],
  report: ['au-6', 'ir-6'],
};

export const actionControls: Readonly<Partial<Record<ActionName, readonly ControlId[]>>> = {
  'policy.approve': ['cm-3', 'ac-5'],
  'policy.prove': ['cm-4'],
  'policy.what-if': ['cm-4'],
  'enforcement.apply': ['cm-3', 'cm-6', 'sc-7'],
  'enforcement.rollback': ['cm-3'],
  'enforcement.probe': ['ca-7'],
  'enforcement.observe': ['ca-7', 'cm-6'],
  'enforcement.heal': ['cm-6', 'si-7'],
  'intel.lookup': ['pm-16'],
  'network.isolate': ['ir-4', 'sc-7'],
  'network.release': ['ir-4'],
  'network.probe': ['ir-4', 'ca-7'],
  'incident.note': ['ir-5'],
  'report.write': ['au-6', 'ir-6'],
};

export function controlRef(id: ControlId): ControlRef {
  return `${catalogue}:${id}`;
}

export function controlTitle(ref: string): string | undefined {
  const id = ref.startsWith(`${catalogue}:`) ? ref.slice(catalogue.length + 1) : undefined;
  return id !== undefined && Object.hasOwn(controls, id) ? controls[id as ControlId] : undefined;
}

const remoteAccess: ReadonlySet<string> = new Set(['tcp/22', 'tcp/23', 'tcp/3389', 'udp/3389', 'tcp/5900', 'tcp/5985-5986']);

/** Controls that rules of this shape serve: a proposal for the author, sorted. */
export function suggestControls(rules: readonly NetworkRule[]): readonly ControlRef[] {
  const ids = new Set<ControlId>();
  for (const { effect, match } of rules) {
    ids.add('ac-4');
    if (effect === 'claim') ids.add('sc-7.5');
    if (match.from === 'zone:internet' || match.to === 'zone:internet') ids.add('sc-7');
    if (remoteAccess.has(match.service)) ids.add('ac-17');
    if (effect !== 'allow' && match.service !== 'any') ids.add('cm-7');
  }
  return [...ids].toSorted().map(controlRef);
}
