/** All activities, over the ports: one an action of the catalogue, and those that carry runs, approvals, incidents and lifecycles. */
import type { ActionActivities, Activities } from './contract.ts';
import { contextBlastRadius } from './context/blast-radius.ts';
import { contextCheck } from './context/check.ts';
import { controlNoop } from './control/noop.ts';
import { approvalActivities } from './control/approval.ts';
import { incidentActivities } from './control/incident.ts';
import { lifecycleActivities } from './control/lifecycle.ts';
import { monitorActivities } from './control/monitor.ts';
import { runActivities } from './control/run.ts';
import { enforcementApply } from './enforcement/apply.ts';
import { enforcementHeal } from './enforcement/heal.ts';
import { enforcementObserve } from './enforcement/observe.ts';
import { enforcementPoints } from './enforcement/points.ts';
import { enforcementProbe } from './enforcement/probe.ts';
import { enforcementRollback } from './enforcement/rollback.ts';
import { incidentNote } from './incident/note.ts';
import { intelLookup } from './intel/lookup.ts';
import { networkIsolate } from './network/isolate.ts';
import { networkProbe } from './network/probe.ts';
import { networkRelease } from './network/release.ts';
import { policyApprove } from './policy/approve.ts';
import { policyCompile } from './policy/compile.ts';
import { policyDraft } from './policy/draft.ts';
import { policyPropose } from './policy/propose.ts';
import { policyProve } from './policy/prove.ts';
import { policyWhatIf } from './policy/what-if.ts';
import type { Ports } from './ports.ts';
import { reportWrite } from './report/write.ts';

export function createActivities(ports: Ports): Activities {
  return {
    ...actionActivities(ports),
    ...runActivities(ports),
    ...approvalActivities(ports),
    ...incidentActivities(ports),
    ...lifecycleActivities(ports),
    ...monitorActivities(ports),
  };
}

function actionActivities(ports: Ports): ActionActivities {
  return {
    'policy.draft': policyDraft(ports),
    'context.check': contextCheck(ports),
    'policy.compile': policyCompile(ports),
    'policy.prove': policyProve(ports),
    'policy.what-if': policyWhatIf(ports),
    'policy.approve': policyApprove(ports),
    'policy.propose': policyPropose(ports),
    'enforcement.points': enforcementPoints(ports),
    'enforcement.apply': enforcementApply(ports),
    'enforcement.rollback': enforcementRollback(ports),
    'enforcement.probe': enforcementProbe(ports),
    'enforcement.observe': enforcementObserve(ports),
    'enforcement.heal': enforcementHeal(ports),
    'intel.lookup': intelLookup(ports),
    'context.blast-radius': contextBlastRadius(ports),
    'network.isolate': networkIsolate(ports),
    'network.release': networkRelease(ports),
    'network.probe': networkProbe(ports),
    'incident.note': incidentNote(ports),
    'report.write': reportWrite(ports),
    'control.noop': controlNoop(),
  };
}
