/** Label selectors of Kubernetes (kubernetes.io/docs/concepts/overview/working-with-objects/labels): all of their requirements must hold. */
import { fieldsOf, listOf, type Place, print, textOf, textsOf, unreadable } from '../cloud/reading.ts';

export type Labels = { readonly [key: string]: string };

export type Requirement = {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
};

/** `matchLabels` are requirements with `In` and one value. None holds of everything. */
export type Selector = readonly Requirement[];

export function parseSelector(value: unknown, place: Place): Selector {
  const selector = fieldsOf(value ?? {}, ['matchLabels', 'matchExpressions'], place);
  const labels = parseLabels(selector['matchLabels'], place);
  return [
    ...Object.entries(labels).map(([key, each]) => ({ key, operator: 'In' as const, values: [each] })),
    ...listOf(selector['matchExpressions'], place).map((each) => parseRequirement(each, place)),
  ];
}

function parseRequirement(value: unknown, place: Place): Requirement {
  const { key, operator, values } = fieldsOf(value, ['key', 'operator', 'values'], place);
  const given = textsOf(values, place);
  const needsValues = operator === 'In' || operator === 'NotIn';
  if (!needsValues && operator !== 'Exists' && operator !== 'DoesNotExist')
    throw unreadable(`the operator ${print(operator)}`, '`In`, `NotIn`, `Exists` or `DoesNotExist`', place);
  if (needsValues !== given.length > 0)
    throw unreadable(`\`${operator}\` with ${given.length} values`, needsValues ? 'values' : 'no values', place);
  return { key: textOf(key, place), operator, values: given };
}

export function parseLabels(value: unknown, place: Place): Labels {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw unreadable(`labels ${print(value)}`, 'an object of text', place);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, textOf(each, place)]));
}

export function selects(selector: Selector, labels: Labels): boolean {
  return selector.every(({ key, operator, values }) => {
    const held = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case 'In':
        return held !== undefined && values.includes(held);
      case 'NotIn':
        return held === undefined || !values.includes(held);
      case 'Exists':
        return held !== undefined;
      case 'DoesNotExist':
        return held === undefined;
    }
  });
}
