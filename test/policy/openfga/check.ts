/**
 * OpenFGA's check, written from its documentation ("Configuration Language", "Conditions", "Relationship queries") over the JSON alone: the
 * stand-in for the server where that is not built, and what the server is compared with where it is. Conditions are run by a CEL library.
 */
import { evaluate } from '@marcbachmann/cel-js';
import ipaddr from 'ipaddr.js';

export type Question = {
  readonly user: string;
  readonly relation: string;
  readonly object: string;
  readonly context: { readonly [name: string]: unknown };
};

/** `error`: a relation that is not there, or a condition without what it asks for. Who asks takes it for a refusal. */
export type Verdict = 'allowed' | 'refused' | 'error';

type Store = { readonly model: any; readonly tuples: readonly any[] };

export function openStore(files: { readonly [path: string]: string }): Store {
  return { model: JSON.parse(files['model.json']!), tuples: JSON.parse(files['tuples.json']!).tuple_keys };
}

export function check(store: Store, { user, relation, object, context }: Question): Verdict {
  const type = typeOf(object);
  const definition = store.model.type_definitions.find((each: any) => each.type === type);
  if (definition?.relations[relation] === undefined) return 'error';
  return holds({ store, user, context, path: [] }, object, relation);
}

type Asking = { readonly store: Store; readonly user: string; readonly context: Question['context']; readonly path: readonly string[] };

function holds(asking: Asking, object: string, relation: string): Verdict {
  const step = `${object}#${relation}`;
  if (asking.path.includes(step)) return 'refused';
  const rewrite = asking.store.model.type_definitions.find((each: any) => each.type === typeOf(object))?.relations[relation];
  if (rewrite === undefined) return 'refused';
  return rewritten({ ...asking, path: [...asking.path, step] }, object, relation, rewrite);
}

function rewritten(asking: Asking, object: string, relation: string, rewrite: any): Verdict {
  if (rewrite.this) return direct(asking, object, relation);
  if (rewrite.computedUserset) return holds(asking, object, rewrite.computedUserset.relation);
  if (rewrite.union) return any(rewrite.union.child.map((child: any) => () => rewritten(asking, object, relation, child)));
  if (rewrite.difference) return difference(asking, object, relation, rewrite.difference);
  const { tupleset, computedUserset } = rewrite.tupleToUserset;
  const parents = asking.store.tuples.filter((tuple) => tuple.object === object && tuple.relation === tupleset.relation);
  return any(
    parents.map(
      ({ user }) =>
        () =>
          holds(asking, user, computedUserset.relation),
    ),
  );
}

function difference(asking: Asking, object: string, relation: string, { base, subtract }: any): Verdict {
  const found = rewritten(asking, object, relation, base);
  if (found === 'refused') return 'refused';
  const taken = rewritten(asking, object, relation, subtract);
  if (taken === 'allowed') return 'refused';
  return taken === 'error' ? 'error' : found;
}

/** One branch that holds is enough, whatever the others do. */
function any(branches: readonly (() => Verdict)[]): Verdict {
  const found = branches.map((branch) => branch());
  if (found.includes('allowed')) return 'allowed';
  return found.includes('error') ? 'error' : 'refused';
}

function direct(asking: Asking, object: string, relation: string): Verdict {
  const { store, user } = asking;
  const tuples = store.tuples.filter((tuple) => tuple.object === object && tuple.relation === relation);
  return any(
    tuples.map((tuple) => () => {
      const [holder, set] = tuple.user.split('#');
      const matches =
        set === undefined ? (holder === user || holder === `${typeOf(user)}:*` ? 'allowed' : 'refused') : holds(asking, holder, set);
      return matches === 'allowed' ? conditionHolds(asking, tuple.condition?.name) : matches;
    }),
  );
}

function conditionHolds({ store, context }: Asking, name: string | undefined): Verdict {
  if (name === undefined) return 'allowed';
  const { expression, parameters } = store.model.conditions[name];
  if (Object.keys(parameters).some((parameter) => context[parameter] === undefined)) return 'error';
  const plain = expression.replaceAll(/address\.in_cidr\("([^"]+)"\)/g, (_: string, cidr: string) =>
    String(inCidr(String(context['address']), cidr)),
  );
  const values = Object.fromEntries(
    Object.entries(context).map(([key, value]) => [key, typeof value === 'number' ? BigInt(value) : value]),
  );
  return evaluate(plain, values) === true ? 'allowed' : 'refused';
}

function inCidr(address: string, cidr: string): boolean {
  const [value, [network, bits]] = [ipaddr.parse(address), ipaddr.parseCIDR(cidr)];
  return value.kind() === network.kind() && value.match([network, bits] as never);
}

function typeOf(name: string): string {
  return name.slice(0, name.indexOf(':'));
}
