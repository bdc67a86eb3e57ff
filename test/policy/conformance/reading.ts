/** What an artifact decides by its target's own reader, whatever kind of rules it holds. */
import type { Inventory } from '../../../domain/context/inventory.ts';
import { directoryOf } from '../../../domain/policy/access/directory.ts';
import { entityStore } from '../../../domain/policy/access/entity-store.ts';
import { environmentOf } from '../../../domain/policy/access/environment.ts';
import { type AccessClause, interpreterOf } from '../../../domain/policy/access/interpret.ts';
import { inOrderOfWeight, weigh } from '../../../domain/policy/access/weigh.ts';
import type { Decision, Request } from '../../../domain/policy/model.ts';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { weekClock } from '../../../domain/policy/time-window.ts';
import { decideRead } from '../read-decision.ts';

type Read = { readonly read: (artifact: Artifact) => readonly unknown[] };

/** Time windows of access rules in tests are of this zone. */
const clock = weekClock('Europe/Zurich');

export function reading(target: Read, artifact: Artifact, inventory: Inventory): (request: Request) => Decision {
  const lines: readonly any[] = target.read(artifact);
  const clauses: readonly AccessClause[] = inOrderOfWeight(
    lines.flatMap((each) => each.clauses ?? (each.scope === undefined ? [] : [each])),
  );
  const interpreters = clauses.map(interpreterOf);
  const store = entityStore(directoryOf(inventory));
  return (request) => {
    if (request.kind === 'network') return decideRead(lines, request);
    if (request.kind === 'access') return weigh(clauses, interpreters, environmentOf(request, store, clock)).decision;
    throw new Error(`no reading of ${request.kind} requests`);
  };
}
