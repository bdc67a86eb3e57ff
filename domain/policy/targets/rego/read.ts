/**
 * Reads a Rego artifact back: data.json by the meaning of the one policy.rego that it knows by digest. Any other policy text, any
 * key or shape that it does not expect is `artifact-unreadable`. Every way through the nodes is a line, in the order in which a node
 * is asked: what it names first, its `*` last.
 */
import { digestOfText } from '../../../digest.ts';
import { anyAddress, families, inFamily } from '../../addresses.ts';
import { type Box, everything, fields } from '../../boxes.ts';
import { element } from '../../element.ts';
import { type IntervalSet, isEqual, union } from '../../intervals.ts';
import type { Decision } from '../../model.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { type Fields, list, object, openObject, parseJson, textOf, unreadable } from './read-json.ts';
import { readLines } from './read-lines.ts';

/** Of policy-text.ts; taken anew, with this file's meaning, whenever that text changes. */
const knownPolicy = 'sha256:6fcfa6ffe46da46a96786c8baff91751855030afa610008adf6326bad7212074';

export function readRego(artifact: Artifact): readonly ReadRule[] {
  const { 'data.json': data, 'policy.rego': policy, ...others } = artifact.files;
  if (artifact.target !== 'rego' || data === undefined || policy === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(artifact.files).join(' ')}\` of a ${artifact.target} artifact`, 'data.json and policy.rego');
  if (digestOfText(policy) !== knownPolicy) throw unreadable('a policy.rego that is not the known one', knownPolicy);
  const { edict } = object(parseJson(data), ['edict'], 'data.json');
  const { isolations, rules } = object(edict, ['isolations', 'rules'], 'edict');
  if (list(isolations, 'edict.isolations').length > 0) throw unreadable('isolations in an artifact', 'an empty list');
  return readRules(object(rules, ['timezone', ...fields, 'nodes', 'plain', 'answers'], 'edict.rules'));
}

type Diagram = {
  /** What each name of a class holds, by level behind destinations. */
  readonly classes: readonly ReadonlyMap<string, IntervalSet>[];
  /** By the same levels. */
  readonly nodes: readonly Fields[];
  readonly plain: Fields;
  /** The names of a request's classes that gives no source port, begins a connection through the point, and gives no time. */
  readonly untold: readonly (string | undefined)[];
  readonly answers: Fields;
  readonly timezone: string | undefined;
  /** Nodes read so far, by level. */
  readonly known: readonly Map<string, readonly Edge[]>[];
};

/** `set` is absent for what is left. */
type Edge = { readonly set: IntervalSet | undefined; readonly child: string };

const asked = fields.slice(1);
/** Of `asked`: every way asks for these, so that what leads to no such node is no answer. */
const always = 2;

function readRules(rules: Fields): readonly ReadRule[] {
  const nodes = object(rules['nodes'], asked, 'nodes');
  const timezone = rules['timezone'];
  const lines = readLines(rules);
  const found: ReadRule[] = [];
  for (const family of families) {
    const diagram: Diagram = {
      classes: [lines.source[family], ...lines.others],
      nodes: asked.map((field) => openObject(nodes[field], `nodes.${field}`)),
      plain: openObject(rules['plain'], 'plain'),
      untold: lines.untold,
      answers: openObject(rules['answers'], 'answers'),
      timezone: timezone === null ? undefined : textOf(timezone, 'timezone'),
      known: asked.map(() => new Map()),
    };
    const source = inFamily(anyAddress, family);
    for (const [node, destination] of lines.destination[family])
      walk(diagram, found, { level: 0, node, box: { ...everything, destination, source } });
  }
  return found;
}

type Place = { readonly level: number; readonly node: string; readonly box: Box };

function walk(diagram: Diagram, found: ReadRule[], { level, node, box }: Place): void {
  const field = asked[level];
  if (field === undefined) {
    const timezone = isEqual(box.minute, everything.minute) ? {} : { timezone: diagram.timezone };
    found.push({ box, decision: readAnswer(diagram.answers[node], `answers["${node}"]`), ...timezone });
    return;
  }
  if (level === always) checkPlain(diagram, node);
  const edges = edgesOf(diagram, level, node);
  if (edges === undefined && level < always) throw unreadable(`no \`${node}\` in nodes.${field}`, 'a node for every name');
  if (edges === undefined) return walk(diagram, found, { level: level + 1, node, box });
  for (const { set, child } of edges)
    walk(diagram, found, { level: level + 1, node: child, box: set === undefined ? box : { ...box, [field]: set } });
}

/** A short cut must lead where the way leads. */
function checkPlain({ nodes, plain, untold }: Diagram, node: string): void {
  let end = node;
  for (let level = always; level < asked.length; level += 1) {
    const own = nodes[level]?.[end];
    if (own === undefined) continue;
    const edges = openObject(own, `nodes.${element(asked, level)}["${end}"]`);
    const name = untold[level];
    end = textOf(name !== undefined && Object.hasOwn(edges, name) ? edges[name] : edges['*'], `plain["${node}"]`);
  }
  if (plain[node] !== end) throw unreadable(`plain["${node}"]`, `\`${end}\`, where the nodes lead`);
}

/** `undefined` where no such node asks at this level. */
function edgesOf(diagram: Diagram, level: number, node: string): readonly Edge[] | undefined {
  const known = element(diagram.known, level);
  const held = known.get(node);
  if (held !== undefined) return held;
  const nodes = element(diagram.nodes, level);
  if (!Object.hasOwn(nodes, node)) return undefined;
  const edges = readNode(nodes[node], element(diagram.classes, level), `nodes.${element(asked, level)}["${node}"]`);
  known.set(node, edges);
  return edges;
}

/** A name that no table leads to is one that nobody ever asks for. */
function readNode(value: unknown, classes: ReadonlyMap<string, IntervalSet>, where: string): readonly Edge[] {
  const { '*': rest, ...named } = openObject(value, where);
  const byChild = new Map<string, IntervalSet[]>();
  for (const [name, child] of Object.entries(named)) {
    const set = classes.get(name);
    if (set === undefined) continue;
    const sets = byChild.get(textOf(child, where)) ?? [];
    sets.push(set);
    byChild.set(textOf(child, where), sets);
  }
  const edges = [...byChild].map(([child, sets]): Edge => ({ set: sets.length === 1 ? element(sets, 0) : union(...sets), child }));
  return [...edges, { set: undefined, child: textOf(rest, `${where}["*"]`) }];
}

const decisions: readonly Decision[] = ['allow', 'deny', 'not-applicable'];

function readAnswer(value: unknown, where: string): Decision {
  const { decision, determining, erring } = object(value, ['decision', 'determining', 'erring'], where);
  for (const rule of list(determining, where)) textOf(rule, where);
  for (const fault of list(erring, where)) object(fault, ['rule', 'reason'], where);
  const known = decisions.find((each) => each === decision);
  if (known === undefined) throw unreadable(`decision in ${where}`, decisions.join(', '));
  return known;
}
