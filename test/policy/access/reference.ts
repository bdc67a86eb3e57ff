/** What access rules mean, written down once more in the plainest way: from the words of the model, sharing nothing with the engine. */
import type { AccessCondition, AccessExcept, AccessRequest, AccessRule, AttributeTest } from '../../../domain/policy/access/model.ts';
import { people } from './arbitrary.ts';

type Truth = true | false | 'errs';

type World = { readonly request: AccessRequest; readonly entities: ReadonlyMap<string, any> };

export function referenceDecision(rules: readonly AccessRule[], request: AccessRequest) {
  const world = { request, entities: worldOf(request) };
  const ordered = ['deny', 'allow', 'claim'].flatMap((effect) => rules.filter((rule) => rule.effect === effect));
  const truths = ordered.map((rule) => ({ rule, truth: matches(rule, world) }));
  const erring = truths.filter(({ truth }) => truth === 'errs').map(({ rule }) => rule.id);
  const matching = truths.filter(({ truth }) => truth === true).map(({ rule }) => rule);
  const effect = erring.length > 0 ? 'deny' : matching[0]?.effect;
  const decision = effect === undefined ? 'not-applicable' : effect === 'allow' ? 'allow' : 'deny';
  return { decision, determining: matching.filter((rule) => rule.effect === effect).map(({ id }) => id), erring };
}

function worldOf({ entities = [] }: AccessRequest): ReadonlyMap<string, any> {
  const world = new Map<string, any>(people.map((each) => [`${each.uid.type}:${each.uid.id}`, each]));
  for (const each of entities) {
    const key = `${each.uid.type}:${each.uid.id}`;
    world.set(key, { ...world.get(key), ...each });
  }
  return world;
}

/** False outweighs what errs. */
function every(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes('errs') ? 'errs' : true;
}

const not = (truth: Truth): Truth => (truth === 'errs' ? truth : !truth);

function matches({ match, except = [] }: AccessRule, world: World): Truth {
  return every([part(match, world), ...except.map((each) => not(part(each, world)))]);
}

function part({ principals = ['any'], actions = ['any'], resources = ['any'], when = {} }: AccessExcept, world: World): Truth {
  const { principal, action, resource } = world.request;
  const chosen = [
    selected(principals, principal, world),
    selected(actions.map(actionSelector), `Action:${action}`, world),
    selected(resources, resource, world),
  ];
  return every([...chosen, ...conditions(when, world)]);
}

const actionSelector = (text: string) => (text === 'any' || text.startsWith('Action:') ? text : `Action:${text}`);

function selected(selectors: readonly string[], name: string, world: World): boolean {
  const plain = name.replace(/^bucket:"\*"$/, 'bucket:<star>');
  return selectors.some((selector) => {
    if (selector === 'any') return true;
    if (selector.startsWith('=')) return selector.slice(1) === plain;
    const text = selector.replace(/^bucket:"\*"$/, 'bucket:<star>');
    if (text.includes('*')) return glob(text, plain);
    return text === plain || ancestors(plain, world).has(text);
  });
}

function glob(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.at(-1) ?? '';
  return text.startsWith(head) && text.endsWith(tail) && text.length >= head.length + tail.length;
}

function ancestors(name: string, world: World, seen = new Set<string>()): Set<string> {
  for (const { type, id } of world.entities.get(name)?.parents ?? []) {
    const parent = `${type}:${id}`;
    if (!seen.has(parent)) ancestors(parent, world, seen.add(parent));
  }
  return seen;
}

function conditions(when: AccessCondition, world: World): readonly Truth[] {
  const context: any = world.request.context ?? {};
  const flag = (name: string, wanted: boolean | undefined): Truth[] =>
    wanted === undefined ? [] : [typeof context[name] === 'boolean' ? context[name] === wanted : 'errs'];
  const listed = (name: string, list: readonly string[] | undefined): Truth[] =>
    list === undefined ? [] : [context[name] === undefined ? 'errs' : list.includes(context[name])];
  return [
    ...flag('mfa', when.mfa),
    ...flag('deviceManaged', when.device?.managed),
    ...flag('deviceCompliant', when.device?.compliant),
    ...listed('country', when.countries),
    ...listed('purpose', when.purposes),
    ...(when.from === undefined
      ? []
      : [world.request.from === undefined ? ('errs' as const) : when.from.some((place) => inPlace(place, world.request.from!))]),
    ...(when.during === undefined ? [] : [world.request.at === undefined ? ('errs' as const) : during(when.during, world.request.at)]),
    ...(when.relationship === undefined ? [] : [when.relationship.some((name) => related(name, world))]),
    ...(when.attributes ?? []).map((test) => attribute(test, world)),
  ];
}

/** The places of the random inventory, by hand. */
function inPlace(place: string, address: string): boolean {
  const prefixes: Record<string, readonly string[]> = {
    'zone:office': ['10.1.', '2001:db8:1:'],
    'zone:vpn': ['10.9.0.'],
    '10.0.0.0/8': ['10.'],
    '::/0': ['2001:'],
  };
  return prefixes[place]!.some((prefix) => address.startsWith(prefix));
}

/** Zurich is an hour ahead of UTC in November. */
function during(window: string, at: string): boolean {
  const local = new Date(Date.parse(at) + 3_600_000);
  const [day, hour] = [local.getUTCDay(), local.getUTCHours()];
  if (window.startsWith('Mon-Fri')) return day >= 1 && day <= 5 && hour >= 8 && hour < 18;
  return (day === 0 && hour >= 22) || (day === 1 && hour < 4);
}

const nameOf = (value: any): string => `${value.__entity.type}:${value.__entity.id}`;

function related(name: string, world: World): boolean {
  const value = world.entities.get(world.request.resource)?.attrs?.[name];
  if (value === undefined) return false;
  const { principal } = world.request;
  return nameOf(value) === principal || ancestors(principal, world).has(nameOf(value));
}

/** The owner of the attribute, and its value. */
function read(path: string, world: World): { readonly owner: any; readonly value: any } {
  const [root = '', ...names] = path.split('.');
  let owner: any =
    root === 'context' ? (world.request.context ?? {}) : (world.entities.get(world.request[root as 'principal'])?.attrs ?? {});
  for (const name of names.slice(0, -1)) owner = typeof owner === 'object' ? owner[name] : undefined;
  return { owner, value: typeof owner === 'object' ? owner[names.at(-1)!] : undefined };
}

function attribute({ attribute: path, is, isNot, atLeast, atMost, like, contains, equals, present }: AttributeTest, world: World): Truth {
  const { owner, value } = read(path, world);
  const same = (constant: any): boolean =>
    JSON.stringify(
      constant.entity === undefined ? constant : { __entity: { type: constant.entity.split(':')[0], id: constant.entity.split(':')[1] } },
    ) === JSON.stringify(value);
  if (present !== undefined) return typeof owner === 'object' ? (value !== undefined) === present : 'errs';
  if (value === undefined) return 'errs';
  if (is !== undefined || isNot !== undefined) return [is ?? isNot!].flat().some(same) === (is !== undefined);
  if (like !== undefined) return typeof value === 'string' ? glob(like, value) : 'errs';
  if (contains !== undefined) return Array.isArray(value) ? value.includes(contains) : 'errs';
  return equals === undefined ? ordered(value, atLeast, atMost) : alike(value, read(equals, world).value);
}

function alike(value: unknown, other: unknown): Truth {
  return other === undefined ? 'errs' : other === value;
}

function ordered(value: unknown, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY): Truth {
  return typeof value === 'number' ? value >= atLeast && value <= atMost : 'errs';
}
