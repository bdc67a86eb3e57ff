/** The questions of one sentence, each with its readings and the rules that each reading makes. */
import { readCidr } from '../context/address.ts';
import type { Inventory } from '../context/inventory.ts';
import type { NetworkQuestion, NetworkRequest, NetworkRule } from '../policy/model.ts';
import { placeholderOf } from './resolve.ts';
import type { OpenPoint } from './resolve.ts';
import type { Choice, Drafted } from './rules.ts';
import { fill, finished, isOpen, settleWindow } from './templates.ts';

type NetworkReading = NetworkQuestion['readings'][number];

/** The answer by which a person says that nothing is to be made of a phrase or a sentence. */
export const leaveOut = 'leave-out';

export function questionsOf(drafted: Drafted, open: readonly OpenPoint[], about: string): readonly NetworkQuestion[] {
  return open.map((point) => {
    const rules = drafted.rules.filter((rule) => JSON.stringify(rule).includes(placeholderOf(point.id)));
    const readings = point.kind === 'time' ? timeReadings(point, rules) : nameReadings(point, rules);
    return { id: point.id, about, text: point.text, ...(point.span === undefined ? {} : { span: point.span }), readings };
  });
}

/** The last reading stands for any other answer: its rules have the placeholder. */
function nameReadings(point: OpenPoint, rules: readonly NetworkRule[]): readonly NetworkReading[] {
  const placeholder = placeholderOf(point.id);
  return [
    ...point.options.map(({ value, meaning }) => ({ answer: value, meaning, rules: rules.map((rule) => fill(rule, placeholder, value)) })),
    { answer: leaveOut, meaning: 'no rule is made for it', rules: [] },
    { answer: placeholder, meaning: 'a selector that you give, such as `group:name`, `zone:name`, `asset:name` or a CIDR', rules },
  ];
}

function timeReadings(point: OpenPoint, rules: readonly NetworkRule[]): readonly NetworkReading[] {
  const placeholder = placeholderOf(point.id);
  const own = rules.some((rule) => (rule.except ?? []).some(({ during }) => during === `!${placeholder}`));
  const never: NetworkReading = own
    ? { answer: leaveOut, meaning: 'no rule is made for it', rules: [] }
    : {
        answer: 'never',
        meaning: 'the exception does not hold',
        rules: rules.map((rule) => finished(settleWindow(rule, placeholder, 'never'))),
      };
  return [
    never,
    { answer: 'always', meaning: 'it holds at any time', rules: rules.map((rule) => finished(settleWindow(rule, placeholder, 'always'))) },
    { answer: placeholder, meaning: 'a window that you give, such as `Sun 02:00-06:00 Europe/Zurich`', rules },
  ];
}

const choiceText: Readonly<Record<Choice['about'], (drafted: Drafted) => string>> = {
  'other-services': ({ services, to }) => `May ${labels(to)} be reached by others on other ports than ${services.join(', ')}?`,
  'only-what': ({ from, to, services }) =>
    `Does "only" close everything else for ${labels(from)}, or only other services than ${services.join(', ')} to ${labels(to)}?`,
  'exception-side': () => 'Does the exception speak of connections from there, or to there?',
  'default-or-absolute': () => 'Is this the default where nothing else is allowed, or does it override every permission?',
};

/** A choice's question, where one request can show the difference, with that request. */
export function choiceQuestion(choice: Choice, drafted: Drafted, about: string, inventory: Inventory): NetworkQuestion {
  const example = choice.about === 'other-services' ? exampleOf(drafted, inventory) : undefined;
  const readings = choice.readings.map(({ answer, meaning, rules }) => ({
    answer,
    meaning,
    ...(example === undefined
      ? {}
      : { request: example.request, decision: answer === 'no' ? ('deny' as const) : ('not-applicable' as const) }),
    rules: rules.map(finished),
  }));
  const text =
    example === undefined
      ? choiceText[choice.about](drafted)
      : `May ${example.who} reach ${labels(drafted.to)} on other ports than ${drafted.services.join(', ')}?`;
  return { id: choice.id, about, text, readings };
}

function labels(sides: Drafted['to']): string {
  return sides.map(({ label }) => label.slice(0, 80)).join(' and ');
}

type Example = { readonly who: string; readonly request: NetworkRequest };

/** Somebody else who would plausibly come on another port: monitoring where there is one. */
function exampleOf(drafted: Drafted, inventory: Inventory): Example | undefined {
  if (drafted.rules.some(isOpen)) return undefined;
  const targets = drafted.to.flatMap(({ selector }) => addressesOf(selector, inventory));
  const inside = new Set([...targets, ...drafted.from.flatMap(({ selector }) => addressesOf(selector, inventory))]);
  const others = inventory.assets.filter(({ addresses }) => !addresses.some((address) => inside.has(address)));
  const other = others.find(({ name, services }) => [name, ...services].some((word) => word.startsWith('monitoring'))) ?? others[0];
  for (const from of other?.addresses ?? []) {
    const to = targets.find((address) => address.includes(':') === from.includes(':'));
    const port = drafted.services.includes('tcp/9187') ? 9100 : 9187;
    if (other !== undefined && to !== undefined)
      return { who: `others, such as ${other.name} (${from}),`, request: { kind: 'network', from, to, protocol: 'tcp', port } };
  }
  return undefined;
}

function addressesOf(selector: string, inventory: Inventory): readonly string[] {
  const [kind, name] = [selector.slice(0, selector.indexOf(':')), selector.slice(selector.indexOf(':') + 1)];
  const has: { readonly [kind: string]: (asset: Inventory['assets'][number]) => boolean } = {
    asset: (asset) => asset.name === name,
    group: (asset) => asset.groups.includes(name),
    service: (asset) => asset.services.includes(name),
    zone: (asset) => asset.zone === name,
  };
  const test = Object.hasOwn(has, kind) ? has[kind] : undefined;
  if (test !== undefined) return inventory.assets.filter(test).flatMap(({ addresses }) => addresses);
  const single = selector.includes('-') ? undefined : readCidr(selector);
  return single === undefined ? [] : [single.address];
}
