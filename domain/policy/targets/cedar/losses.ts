/** What Cedar decides otherwise than the rules: each with a request that shows it. */
import { type AccessRead, silentReason, typedPart } from '../../access/prove.ts';
import { type AccessDifference, walkAccess } from '../../access/compare.ts';
import { environmentOf } from '../../access/environment.ts';
import { type AccessClause, interpreterOf, type ReadPart, type ReadScope } from '../../access/interpret.ts';
import type { Lines } from '../../access/space/lines.ts';
import type { ReadRules } from '../../access/read-rule.ts';
import { type Selector } from '../../access/selector.ts';
import type { Decision } from '../../model.ts';
import { weekClock } from '../../time-window.ts';
import type { Loss } from '../target.ts';
import type { Words } from './formula.ts';
import type { Vocabulary } from './vocabulary.ts';

export type Losing = {
  readonly read: ReadRules;
  /** What the policies say, as they are read back. */
  readonly compiled: AccessRead;
  readonly vocabulary: Vocabulary;
  readonly words: Words;
};

/** How much each decision lets through: what nobody decides lies between. */
const permits: Readonly<Record<Decision, number>> = { deny: 0, 'not-applicable': 1, allow: 2 };

function directionOf([expected, actual]: AccessDifference['decisions']): Loss['direction'] {
  return permits[actual] > permits[expected] ? 'over-permits' : 'under-permits';
}

/** At most one for each rule and direction. What is neither silence nor a pattern is no loss: the proof finds it. */
export function cedarLosses({ read, compiled, vocabulary, words }: Losing): readonly Loss[] {
  const clock = read.timezone === undefined ? undefined : weekClock(read.timezone);
  const patterned = read.clauses
    .filter(hasPattern)
    .map((rule) => ({ rule, as: interpreterOf(rule), is: interpreterOf(expanded(rule, words)) }));
  const { typeOf } = compiled;
  const within = typeOf === undefined ? undefined : (name: string, lines: Lines) => typedPart(name, lines, typeOf);
  const found = new Map<string, Loss>();
  walkAccess(
    { sides: [read.clauses, compiled.clauses], store: vocabulary.store, timezone: read.timezone, within },
    ({ request, decisions, shown }) => {
      if (!shown) return false;
      const direction = directionOf(decisions);
      const environment = environmentOf(request, vocabulary.store, clock);
      const changed = patterned
        .filter(({ as, is }) => JSON.stringify(as(environment)) !== JSON.stringify(is(environment)))
        .map(({ rule }) => rule.id);
      const silent = decisions[0] === 'not-applicable' && decisions[1] === 'deny' ? read.clauses.slice(0, 1).map(({ id }) => id) : [];
      const reason = silent.length > 0 ? silentReason : patterns;
      for (const rule of silent.length > 0 ? silent : changed) {
        const key = `${rule} ${direction} ${reason}`;
        if (!found.has(key)) found.set(key, { target: 'cedar', rule, reason, witness: request, direction });
      }
      return false;
    },
  );
  return [...found.values()];
}

const patterns = 'Cedar cannot match ids: a pattern holds the entities that the inventory knows';

function hasPattern({ scope, excepts }: AccessClause): boolean {
  return [scope, ...excepts.map((except) => except.scope)].some(({ principals, actions, resources }) =>
    [...principals, ...actions, ...resources].some(({ kind }) => kind === 'pattern'),
  );
}

/** With the known entities in the place of each pattern. */
function expanded(rule: AccessClause, { known }: Words): AccessClause {
  const list = (selectors: readonly Selector[], slot: 'principal' | 'action' | 'resource') =>
    selectors.flatMap((selector) => (selector.kind === 'pattern' ? known(selector, slot) : [selector]));
  const scopeOf = ({ principals, actions, resources }: ReadScope): ReadScope => ({
    principals: list(principals, 'principal'),
    actions: list(actions, 'action'),
    resources: list(resources, 'resource'),
  });
  const part = ({ scope, conditions }: ReadPart): ReadPart => ({ scope: scopeOf(scope), conditions });
  return { ...rule, scope: scopeOf(rule.scope), excepts: rule.excepts.map(part) };
}
