/** Templates: policies with `?principal` and `?resource` in their scope, which say something once they are linked to entities. */
import type { CedarPolicy, ScopePart, Slot } from './parse.ts';
import type { EntityUid } from '../../access/entity.ts';

export type TemplateLink = { readonly template: string; readonly id: string; readonly values: { readonly [slot: string]: EntityUid } };

export function isTemplate({ principal, resource }: CedarPolicy): boolean {
  return [principal, resource].some(({ equals, within = [] }) => [equals, ...within].some((each) => each !== undefined && 'slot' in each));
}

/** With the slots' entities in their places; a slot without one stays. */
export function linkTemplate(template: CedarPolicy, values: TemplateLink['values']): CedarPolicy {
  const fill = (each: EntityUid | Slot): EntityUid | Slot => ('slot' in each ? (values[each.slot] ?? each) : each);
  const part = ({ type, equals, within }: ScopePart): ScopePart => ({
    ...(type === undefined ? {} : { type }),
    ...(equals === undefined ? {} : { equals: fill(equals) }),
    ...(within === undefined ? {} : { within: within.map(fill) }),
  });
  return { ...template, principal: part(template.principal), resource: part(template.resource) };
}
