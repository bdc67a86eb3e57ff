/** `policy.what-if`: what this version would have done to the connections, and to the requests of access, that were recorded. */
import type { Activities } from '../contract.ts';
import type { JsonObject } from '../../domain/json.ts';
import { exceptionChanges, exceptionChangeText } from '../../domain/policy/life/exception-changes.ts';
import type { Policy } from '../../domain/policy/model.ts';
import type { AccessChange } from '../../domain/policy/replay/access-replay.ts';
import { keptWhatIf } from '../../domain/policy/replay/decision-events.ts';
import { whatIf } from '../../domain/policy/replay/what-if.ts';
import type { PolicyVersionRow } from '../../store/port.ts';
import { checkOrder } from '../effect/check-order.ts';
import { documentsNow, namedVersion, versionsTogether } from './version.ts';
import type { Ports } from '../ports.ts';

/** The newest of them; a person is shown what happened lately. */
const mostConnections = 50_000;
const shown = 10;

export function policyWhatIf(ports: Ports): Activities['policy.what-if'] {
  return async (call) => {
    const { order } = await checkOrder(ports, call, 'policy.what-if');
    const version = await namedVersion(ports.store, call);
    const inForce = await ports.store.policies.inForce();
    const before = documentsNow(inForce, ports.now);
    const after = documentsNow(await versionsTogether(ports.store, version), ports.now);
    const connections = await ports.store.context.connections({ limit: mostConnections });
    const inventory = await ports.store.context.inventory();
    const result = whatIf(before, after, inventory, connections);
    const asked = await ports.store.context.accessDecisions({ limit: mostConnections });
    const access = keptWhatIf(asked, { before, after }, inventory);
    await ports.store.policies.saveWhatIf({
      policy: version.policy,
      version: version.version,
      result: { ...result, access } as unknown as JsonObject,
      by: order.requester,
    });
    const { wouldBlock } = result;
    return {
      connections: result.connections,
      blocked: wouldBlock.connections,
      hosts: wouldBlock.hosts.length,
      examples: wouldBlock.examples.slice(0, shown).map(({ text, count }) => `${text} (${count})`),
      requests: access.requests,
      refused: access.wouldBlock.requests,
      granted: access.wouldAllow.requests,
      accessExamples: [...access.wouldBlock.examples, ...access.wouldAllow.examples].slice(0, shown).map(accessText),
      // As they are written: an end that has passed is still what a new one is compared with.
      exceptions: exceptionChanges(ofPolicy(inForce, version.policy), [version.document]).map(exceptionChangeText),
    };
  };
}

function accessText({ text, before, after, count }: AccessChange): string {
  return `${text}: ${before} before, ${after} after (${count})`;
}

function ofPolicy(rows: readonly PolicyVersionRow[], policy: string): readonly Policy[] {
  return rows.filter((row) => row.policy === policy).map((row) => row.document);
}
