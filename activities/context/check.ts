/** `context.check`: looks every name of a draft up in the inventory; what it does not hold becomes a question with what may have been meant. */
import type { Activities } from '../contract.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import { EdictError } from '../../domain/errors.ts';
import { isNetworkRule, type NetworkRule, type Policy, type Question } from '../../domain/policy/model.ts';
import { nearest } from '../../domain/policy/nearest.ts';
import { resolver, selectorsOf } from '../../domain/policy/resolve.ts';
import { checkOrder } from '../effect/check-order.ts';
import { draftVersion } from '../policy/version.ts';
import type { Ports } from '../ports.ts';

export function contextCheck(ports: Ports): Activities['context.check'] {
  return async (call) => {
    const { order } = await checkOrder(ports, call, 'context.check');
    const draft = await draftVersion(ports.store, call);
    const inventory = await ports.store.context.inventory();
    const unknown = unknownNames(draft.document, inventory);
    const questions = [...draft.document.questions, ...newQuestions(draft.document, unknown, inventory)];
    if (draft.status === 'draft' && questions.length > draft.document.questions.length) {
      await ports.store.policies.replaceDraft({ ...draft.document, questions }, draft.version, order.requester);
    }
    const { assets, connections } = await ports.store.context.counts();
    return {
      unknown: unknown.map(({ selector }) => selector),
      questions: questions.filter((question) => question.answered === undefined).length,
      assets,
      connections,
    };
  };
}

type Unknown = { readonly rule: NetworkRule; readonly selector: string };

/** Each name once, with the first rule that uses it. */
function unknownNames(document: Policy, inventory: Inventory): readonly Unknown[] {
  const resolve = resolver(inventory);
  const found = new Map<string, Unknown>();
  for (const rule of document.rules.filter(isNetworkRule)) {
    for (const selector of selectorsIn(rule)) {
      if (!found.has(selector) && !isKnown(resolve, selector)) found.set(selector, { rule, selector });
    }
  }
  return [...found.values()];
}

function selectorsIn({ match, except = [] }: NetworkRule): readonly string[] {
  return [match.from, match.to, ...except.flatMap(({ from, to }) => [from ?? [], to ?? []].flat())];
}

function isKnown(resolve: (selector: string) => unknown, selector: string): boolean {
  try {
    resolve(selector);
    return true;
  } catch (error) {
    if (error instanceof EdictError && error.code === 'policy-name-unknown') return false;
    throw error;
  }
}

function newQuestions(document: Policy, unknown: readonly Unknown[], inventory: Inventory): readonly Question[] {
  const asked = new Set(document.questions.map((question) => question.id));
  return unknown.map((one) => question(one, inventory)).filter(({ id }) => !asked.has(id));
}

function question({ rule, selector }: Unknown, inventory: Inventory): Question {
  const meant = nearest(selector, selectorsOf(inventory)).map((name) => ({
    answer: name,
    meaning: `\`${selector}\` is read as \`${name}\``,
    rules: [renamed(rule, selector, name)],
  }));
  const stands = { answer: 'it will be in the inventory', meaning: 'the rule stays as it is; it compiles once the name is known' };
  return {
    id: `unknown-${selector
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 48)}`,
    about: rule.requirement,
    text: `The inventory knows no \`${selector}\`: what is meant?`,
    readings: [...meant, stands],
  };
}

function renamed(rule: NetworkRule, from: string, to: string): NetworkRule {
  const swap = (selector: string): string => (selector === from ? to : selector);
  return { ...rule, match: { ...rule.match, from: swap(rule.match.from), to: swap(rule.match.to) } };
}
