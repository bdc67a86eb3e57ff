/** All activities, over the ports: one an action of the catalogue, and those that carry runs, approvals, incidents and lifecycles. */
import type { ActionActivities, Activities } from './contract.ts';
import { contextBlastRadius } from './context/blast-radius.ts';
import { contextCheck } from './context/check.ts';
import { aheadActivities } from './control/ahead.ts';
import { childActivities } from './control/child.ts';
import { controlNoop } from './control/noop.ts';
import { approvalActivities } from './control/approval.ts';
import { divergenceActivities } from './control/divergence.ts';
import { incidentActivities } from './control/incident.ts';
import { leaseActivities } from './control/lease.ts';
import { lifecycleActivities } from './control/lifecycle.ts';
import { monitorActivities } from './control/monitor.ts';
import { taskActivities } from './control/task.ts';
import { runActivities } from './control/run.ts';
import { commandActivities } from './control/run-command.ts';
import { withHonestRefusals } from './effect/honest-refusal.ts';
import { askActivities } from './enforcement/ask.ts';
import { enforcementApply } from './enforcement/apply.ts';
import { enforcementHeal } from './enforcement/heal.ts';
import { enforcementObserve } from './enforcement/observe.ts';
import { enforcementPoints } from './enforcement/points.ts';
import { enforcementProbe } from './enforcement/probe.ts';
import { enforcementRollback } from './enforcement/rollback.ts';
import { incidentNote } from './incident/note.ts';
import { intelLookup } from './intel/lookup.ts';
import { networkBlock } from './network/block.ts';
import { networkIsolate } from './network/isolate.ts';
import { networkProbe } from './network/probe.ts';
import { networkRelease } from './network/release.ts';
import { networkUnblock } from './network/unblock.ts';
import { policyApprove } from './policy/approve.ts';
import { policyCompile } from './policy/compile.ts';
import { policyDraft } from './policy/draft.ts';
import { policyPropose } from './policy/propose.ts';
import { policyProve } from './policy/prove.ts';
import { policyWhatIf } from './policy/what-if.ts';
import type { Ports } from './ports.ts';
import { triggerActivities } from './control/trigger.ts';
import { signalActivities } from './control/signal.ts';
import { reportWrite } from './report/write.ts';
import { systemActivities } from './system-actions.ts';

export function createActivities(ports: Ports): Activities {
  const performs = withHonestRefusals(ports, actionActivities(ports));
  return {
    ...performs,
    ...aheadActivities(ports, performs),
    ...runActivities(ports),
    ...childActivities(ports),
    ...signalActivities(ports),
    ...triggerActivities(ports),
    ...commandActivities(ports),
    ...approvalActivities(ports),
    ...taskActivities(ports),
    ...incidentActivities(ports),
    ...lifecycleActivities(ports),
    ...monitorActivities(ports, performs),
    ...divergenceActivities(ports),
    ...leaseActivities(ports),
    ...askActivities(ports),
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
    'network.block': networkBlock(ports),
    'network.unblock': networkUnblock(ports),
    ...systemActivities(ports),
    'incident.note': incidentNote(ports),
    'report.write': reportWrite(ports),
    'control.noop': controlNoop(),
  };
}
