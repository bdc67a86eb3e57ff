import { describe, expect, it } from '@jest/globals';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { parseCedarSchemaJson } from '../../../domain/policy/targets/cedar/parse-schema-json.ts';
import { parseCedarSchema } from '../../../domain/policy/targets/cedar/parse-schema.ts';
import { type CedarSchema, type CedarType, resolveType } from '../../../domain/policy/targets/cedar/schema.ts';

const text = `
// What a shop knows.
type Price = decimal;
@doc("People")
entity Person, Robot in [Team, Org::Unit] = {
  "nick name": String,
  level?: Long,
  home: ipaddr,
  seen?: datetime,
  limits: Set<Price>,
  address: { street: String, zip?: __cedar::Long, },
} tags Set<String>;
entity Team;
entity Colour enum ["red", "green"];
action read, "write all" in [Action::"anything"] appliesTo {
  principal: [Person, Robot],
  resource: Org::File,
  context: { mfa: Bool, when: duration, by?: Person },
};
action anything;
namespace Org {
  type Info = { owner: Person, size: Long };
  entity Unit;
  entity File in Unit = { info: Info, owner: Person };
  action look in other appliesTo { principal: Person, resource: [File], context: Info };
  action other;
}
`;

/** Names as what they mean. */
function plain(schema: CedarSchema) {
  const told = (type: CedarType | undefined): unknown => {
    const resolved = resolveType(schema, type);
    if (resolved?.kind === 'record') return Object.fromEntries([...resolved.fields].map(([name, field]) => [name, told(field)]));
    return resolved?.kind === 'set' ? [told(resolved.element)] : resolved;
  };
  const sorted = <T>(entries: Iterable<readonly [string, T]>) => [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    entities: sorted([...schema.entities].map(([name, { shape, tags }]) => [name, [told(shape) ?? {}, told(tags)]] as const)),
    actions: sorted(schema.actions.map(({ uid, parents, context }) => [`${uid.type}/${uid.id}`, [parents, told(context) ?? {}]] as const)),
  };
}

describe('a Cedar schema', () => {
  it('is read alike in both of its notations, as Cedar turns one into the other', () => {
    const answer = cedar.schemaToJson(text);
    if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
    const ours = plain(parseCedarSchema(text));
    expect(ours).toEqual(plain(parseCedarSchemaJson(JSON.parse(JSON.stringify(answer.json)))));
    expect(ours.actions.map(([name]) => name)).toEqual([
      'Action/anything',
      'Action/read',
      'Action/write all',
      'Org::Action/look',
      'Org::Action/other',
    ]);
    expect(ours.entities.find(([name]) => name === 'Org::File')?.[1]).toEqual([
      { info: { owner: { kind: 'entity', name: 'Person' }, size: { kind: 'long' } }, owner: { kind: 'entity', name: 'Person' } },
      undefined,
    ]);
  });
});
