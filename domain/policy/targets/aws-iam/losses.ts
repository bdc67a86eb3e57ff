/** Where AWS decides otherwise than the rules that it cannot say whole: for each of them and each direction a request that shows it. */
import { type AccessDifference, walkAccess } from '../../access/compare.ts';
import { environmentOf } from '../../access/environment.ts';
import type { AccessClause, ReadScope } from '../../access/interpret.ts';
import type { Lines } from '../../access/space/lines.ts';
import type { AccessRead } from '../../access/prove.ts';
import { selects } from '../../access/selector.ts';
import type { EntityStore } from '../../access/entity-store.ts';
import type { Decision } from '../../model.ts';
import type { IntervalSet } from '../../intervals.ts';
import { intersect } from '../../intervals.ts';
import type { Loss, TargetName } from '../target.ts';
import type { RuleStatements } from './rule-statements.ts';

const permits: Readonly<Record<Decision, number>> = { deny: 0, 'not-applicable': 1, allow: 2 };

function directionOf([expected, actual]: AccessDifference['decisions']): Loss['direction'] {
  return permits[actual] > permits[expected] ? 'over-permits' : 'under-permits';
}

type Found = { readonly loss: Loss; readonly scope: ReadScope };

/** `read`: the artifact as its reader has it. */
export function awsLosses(target: TargetName, { rules, store, inexact }: RuleStatements, read: AccessRead): readonly Loss[] {
  const found: Found[] = [];
  for (const { clause, reasons } of inexact) {
    const within = (name: string, lines: Lines): IntervalSet | undefined => scopePart(clause, name, lines, read);
    walkAccess({ sides: [rules.clauses, read.clauses], store, timezone: rules.timezone, within }, ({ request, decisions }) => {
      const direction = directionOf(decisions);
      const known = found.some(({ loss, scope }) => loss.direction === direction && holds(scope, request, store));
      if (!known)
        found.push({ loss: { target, rule: clause.id, reason: reasons.join('; '), witness: request, direction }, scope: clause.scope });
      return false;
    });
  }
  return found.map(({ loss }) => loss);
}

/** The part of a line that lies in the rule's scope, and has the type that AWS compares with. */
function scopePart({ scope }: AccessClause, name: string, lines: Lines, { typeOf }: AccessRead): IntervalSet | undefined {
  if (name === 'action') return lines.slots.action.holds(scope.actions);
  if (name === 'resource') return lines.slots.resource.holds(scope.resources);
  if (name === 'principal') return lines.slots.principal.holds(scope.principals);
  const about = lines.tests.get(name)?.about;
  const type = about?.kind === 'attribute' ? typeOf?.(about.line.path) : undefined;
  return about?.kind === 'attribute' && type !== undefined ? intersect(about.line.whole, about.line.ofType(type)) : undefined;
}

function holds({ principals, actions, resources }: ReadScope, request: AccessDifference['request'], store: EntityStore): boolean {
  const environment = environmentOf(request, store, undefined);
  const some = (list: ReadScope['principals'], slot: 'principal' | 'action' | 'resource') =>
    list.some((each) => selects(each)(environment[slot], environment.store));
  return some(principals, 'principal') && some(actions, 'action') && some(resources, 'resource');
}
