/** AI rules and requests as access rules and requests: to use a model is an action on it. */
import { allOf, type Expression, literal, variable } from './expression.ts';
import type { AccessRequest, AccessRule, AiMatch, AiRequest, AiRule, EntitySelector } from './model.ts';
import type { RuleEffect } from '../model.ts';
import { printUid } from './entity.ts';
import { uidFrom } from './selector.ts';

/** What is done to a model. */
export const useAction = 'use';

export function accessRuleOfAi({ match, except = [], effect, ...rest }: AiRule): AccessRule {
  const expression = usesOf(match, effect);
  return {
    ...rest,
    kind: 'access',
    effect,
    match: {
      principals: match.principals,
      actions: [useAction],
      resources: match.models.map(modelSelector),
      when: { ...match.when, ...(expression === undefined ? {} : { expression: together(match.when?.expression, expression) }) },
    },
    except: except.map(({ models, ...each }) => ({ ...each, ...(models === undefined ? {} : { resources: models.map(modelSelector) }) })),
  };
}

/** `small` is `model:small`. */
export function modelSelector(text: EntitySelector): EntitySelector {
  if (text === 'any') return 'model:*';
  return /^=?[A-Za-z0-9_]+(::[A-Za-z0-9_]+)*:/.test(text) ? text : text.startsWith('=') ? `=model:${text.slice(1)}` : `model:${text}`;
}

function together(first: Expression | undefined, second: Expression): Expression {
  return first === undefined ? second : allOf([first, second]);
}

function usesOf({ purposes, dataClasses, tools }: AiMatch, effect: RuleEffect): Expression | undefined {
  const parts = [
    ...(purposes === undefined ? [] : [named('purpose', purposes)]),
    ...(dataClasses === undefined ? [] : [listed('dataClasses', dataClasses, effect)]),
    ...(tools === undefined ? [] : [listed('tools', tools, effect)]),
  ];
  return parts.length === 0 ? undefined : allOf(parts);
}

function named(attribute: string, words: readonly string[]): Expression {
  return words
    .map((word): Expression => ({ op: 'equal', left: variable('context', attribute), right: literal(word) }))
    .reduce((left, right): Expression => ({ op: 'or', left, right }));
}

/** All that the request uses is named, or, for what refuses, any of it. */
function listed(attribute: string, words: readonly string[], effect: RuleEffect): Expression {
  const used = variable('context', attribute);
  // Of no words: nothing at all is used; any of them is never.
  if (words.length === 0)
    return effect === 'allow' ? { op: 'call', name: 'isEmpty', arguments: [used] } : { op: 'not-equal', left: used, right: used };
  const set: Expression = { op: 'set', items: words.map(literal) };
  return effect === 'allow'
    ? { op: 'call', name: 'containsAll', arguments: [set, used] }
    : { op: 'call', name: 'containsAny', arguments: [used, set] };
}

export function accessRequestOfAi({ model, purpose, dataClasses, tools, context, ...rest }: AiRequest): AccessRequest {
  return {
    ...rest,
    kind: 'access',
    action: useAction,
    resource: printUid(uidFrom(model, 'model')),
    context: {
      ...context,
      ...(purpose === undefined ? {} : { purpose }),
      ...(dataClasses === undefined ? {} : { dataClasses }),
      ...(tools === undefined ? {} : { tools }),
    },
  };
}

/** Back: `accessRequestOfAi` of it is the request again. */
export function aiRequestOf({ resource, principal, context = {}, from, entities, at }: AccessRequest): AiRequest {
  const { purpose, dataClasses, tools } = context;
  const uses = {
    ...(typeof purpose === 'string' ? { purpose } : {}),
    ...(isTexts(dataClasses) ? { dataClasses } : {}),
    ...(isTexts(tools) ? { tools } : {}),
  };
  const rest = Object.fromEntries(Object.entries(context).filter(([name]) => !Object.hasOwn(uses, name)));
  return { kind: 'ai', principal, model: resource, ...uses, context: rest, from, entities, at };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
