/**
 * Access and AI rules as Cedar policies with their schema and entities (docs.cedarpolicy.com). Each `allow` is a `permit`, each `deny` a
 * `forbid`; a `claim` needs no policy, since Cedar denies what nothing permits. Where a rule errs, Cedar would skip it: a `forbid` of
 * its own stands there.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { type AccessKind, accessRules } from '../../access/policies.ts';
import { directoryOf } from '../../access/directory.ts';
import { pathKey } from '../../access/space/atom-key.ts';
import type { AccessClause, ReadPart } from '../../access/interpret.ts';
import { waysOf } from '../../access/space/paths.ts';
import { type ReadRules, readRules } from '../../access/read-rule.ts';
import { type Selector, selects } from '../../access/selector.ts';
import { entityValue } from '../../access/value.ts';
import type { Policy } from '../../model.ts';
import { artifactOf } from '../artifact.ts';
import type { Compilation } from '../target.ts';
import { any, every, formula, no, not, selectorsText, type Words, yes } from './formula.ts';
import { cedarLosses } from './losses.ts';
import { quote } from './print.ts';
import { readCedar } from './read.ts';
import { entitiesOf, schemaOf } from './schema-of.ts';
import { type Vocabulary, vocabularyOf } from './vocabulary.ts';

const cedarKinds: readonly AccessKind[] = ['access', 'ai'];

export function compileCedar(policies: readonly Policy[], inventory: Inventory): Compilation {
  const parts = cedarKinds.flatMap((kind) => {
    const rules = accessRules(policies, kind);
    return rules.length === 0 ? [] : [partOf(kind, readRules(rules, inventory), inventory)];
  });
  const artifact = artifactOf('cedar', Object.assign({}, ...parts.map(({ files }) => files)) as Part['files']);
  const back = readCedar(artifact);
  const losses = parts.flatMap(({ kind, read, vocabulary, words }) => {
    const compiled = back.find((each) => each.kind === kind);
    return compiled === undefined ? [] : cedarLosses({ read, compiled, vocabulary, words });
  });
  return { artifact, losses };
}

type Part = {
  readonly kind: AccessKind;
  readonly read: ReadRules;
  readonly vocabulary: Vocabulary;
  readonly words: Words;
  readonly files: { readonly [path: string]: string };
};

function partOf(kind: AccessKind, read: ReadRules, inventory: Inventory): Part {
  const vocabulary = vocabularyOf(read.clauses, directoryOf(inventory));
  const words = wordsOf(vocabulary);
  const files = {
    [`${kind}.cedar`]: read.clauses.map((rule) => policyText(rule, words)).join(''),
    [`${kind}.cedarschema.json`]: json(schemaOf(vocabulary)),
    [`${kind}.entities.json`]: json(entitiesOf(vocabulary)),
  };
  return { kind, read, vocabulary, words, files };
}

/** In ASCII: a name that turns text around, or hides in it, is seen. */
function json(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replaceAll(/[^\n -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

function wordsOf({ named, attributes, directory, actions, store }: Vocabulary): Words {
  const uids = [...directory.map(({ uid }) => uid), ...actions];
  return {
    named,
    kindOf: (path) => attributes.get(pathKey(path))?.type.kind,
    known: (selector): readonly Selector[] => {
      const holds = selects(selector);
      return uids.filter((uid) => holds(entityValue(uid), store)).map((uid): Selector => ({ kind: 'exactly', uid }));
    },
  };
}

/** Where every part of it is true, and where none is false and some errs. */
type Parts = { readonly scope: string; readonly holds: readonly string[]; readonly errs: readonly string[] };

function partsOf({ scope, conditions }: ReadPart, words: Words): Parts {
  const ways = conditions.map((condition) => waysOf(condition, words.named));
  return {
    scope: every([
      selectorsText(scope.principals, 'principal', words),
      selectorsText(scope.actions, 'action', words),
      selectorsText(scope.resources, 'resource', words),
    ]),
    holds: ways.map((each) => formula(each, 'true', words)),
    errs: ways.map((each) => formula(each, 'error', words)),
  };
}

function policyText(rule: AccessClause, words: Words): string {
  const match = partsOf(rule, words);
  const carved = rule.excepts.map((except) => partsOf(except, words));
  const effect = rule.effect === 'allow' ? 'permit' : 'forbid';
  const holds =
    rule.effect === 'claim'
      ? ''
      : printPolicy(rule.id, effect, [match.scope, ...match.holds, ...carved.map((except) => not(mayHold(except)))]);
  const errs = any([...match.errs, ...carved.map((except) => every([mayHold(except), any(except.errs)]))]);
  const guard = printPolicy(`${rule.id} errs`, 'forbid', [
    match.scope,
    errs,
    ...match.holds.map((each, at) => any([each, match.errs[at] ?? no])),
    ...carved.map((except) => not(every([except.scope, ...except.holds]))),
  ]);
  return `${holds}${guard}`;
}

/** No part of it is false. */
function mayHold({ scope, holds, errs }: Parts): string {
  return every([scope, ...holds.map((each, at) => any([each, errs[at] ?? no]))]);
}

/** None where it could never apply. */
function printPolicy(id: string, effect: 'permit' | 'forbid', conditions: readonly string[]): string {
  const open = [...new Set(conditions.filter((each) => each !== yes))];
  if (open.includes(no)) return '';
  const when = open.map((each) => `\nwhen { ${each} }`).join('');
  return `@id(${quote(id)})\n${effect} (principal, action, resource)${when};\n\n`;
}
