/** Cedar's own engine on compiled artifacts: it validates, and decides requests that the schema takes. */
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { Inventory } from '../../../../domain/context/inventory.ts';
import { environmentOf } from '../../../../domain/policy/access/environment.ts';
import { directoryOf } from '../../../../domain/policy/access/directory.ts';
import { entityStore } from '../../../../domain/policy/access/entity-store.ts';
import { jsonOf } from '../../../../domain/policy/access/space/request-at.ts';
import type { AccessRequest } from '../../../../domain/policy/access/model.ts';
import { weekClock } from '../../../../domain/policy/time-window.ts';
import type { Artifact } from '../../../../domain/policy/targets/target.ts';

export type CedarParts = { readonly policies: string; readonly schema: any; readonly entities: readonly any[] };

export function partsOf({ files }: Artifact, kind: 'access' | 'ai' = 'access'): CedarParts {
  return {
    policies: files[`${kind}.cedar`]!,
    schema: JSON.parse(files[`${kind}.cedarschema.json`]!),
    entities: JSON.parse(files[`${kind}.entities.json`]!),
  };
}

/** What it complains of; empty when nothing. A success with validation errors is none. */
export function validate({ policies, schema, entities }: CedarParts): readonly string[] {
  const answer = cedar.validate({ schema, policies: { staticPolicies: policies } });
  const parsed = cedar.checkParseEntities({ entities: entities as any, schema });
  const faults = parsed.type === 'failure' ? parsed.errors.map(({ message }) => message) : [];
  if (answer.type === 'failure') return [...answer.errors.map(({ message }) => message), ...faults];
  return [...answer.validationErrors.map(({ policyId, error }) => `${policyId}: ${error.message}`), ...faults];
}

/** `refused`: no request of the schema. */
export function authorize(
  parts: CedarParts,
  request: AccessRequest,
  inventory: Inventory,
  timezone?: string,
): 'allow' | 'deny' | 'refused' {
  const { principal, action, resource, context } = environmentOf(
    request,
    entityStore(directoryOf(inventory)),
    timezone === undefined ? undefined : weekClock(timezone),
  );
  const uid = ({ type, id }: { readonly type: string; readonly id: string }) => ({ type, id });
  const answer = cedar.isAuthorized({
    principal: uid(principal),
    action: uid(action),
    resource: uid(resource),
    context: declared(jsonOf(context) as any, parts) as any,
    schema: parts.schema,
    validateRequest: true,
    policies: { staticPolicies: parts.policies },
    entities: withEntities(parts, request) as any,
  });
  if (answer.type === 'failure') return 'refused';
  if (answer.response.diagnostics.errors.length > 0)
    throw new Error(`${parts.policies}: ${JSON.stringify(answer.response.diagnostics.errors)}`);
  return answer.response.decision;
}

/** Who asks sends what the schema knows of. */
function declared(context: Record<string, unknown>, { schema }: CedarParts): Record<string, unknown> {
  const [action] = Object.values<any>(schema['']?.actions ?? {});
  const known = action?.appliesTo.context.attributes ?? {};
  return Object.fromEntries(Object.entries(context).filter(([name]) => name in known));
}

/** The artifact's, with what the request brings in front, in so far as the schema knows of it. */
function withEntities({ entities, schema }: CedarParts, request: AccessRequest): readonly any[] {
  const merged = new Map(entities.map((each) => [JSON.stringify(each.uid), each]));
  for (const { uid, attrs = {}, parents } of request.entities ?? []) {
    const key = JSON.stringify({ type: uid.type, id: uid.id });
    const known = schema['']?.entityTypes?.[uid.type]?.shape?.attributes ?? {};
    const told = Object.fromEntries(Object.entries(attrs).filter(([name]) => name in known));
    const held = merged.get(key) ?? { uid, attrs: {}, parents: [] };
    merged.set(key, { ...held, attrs: told, parents: parents ?? held.parents });
  }
  return [...merged.values()];
}
