/** Writes the graph of a playbook as Mermaid (what most documentation draws), as DOT (Graphviz), or as text for a terminal. */
import type { EdgeKind, GraphEdge, GraphNode, PlaybookGraph } from './graph.ts';

export type GraphFormat = 'mermaid' | 'dot' | 'text';

export function printGraph(graph: PlaybookGraph, format: GraphFormat): string {
  return printers[format](graph);
}

const printers: Readonly<Record<GraphFormat, (graph: PlaybookGraph) => string>> = {
  mermaid: printMermaid,
  dot: printDot,
  text: printText,
};

export const graphFormats = Object.keys(printers) as readonly GraphFormat[];

const longestLabel = 160;
const short = (label: string): string => (label.length > longestLabel ? `${label.slice(0, longestLabel - 1)}…` : label);

/** What an edge says: nothing on the ordinary way. */
function edgeLabel({ kind, label }: GraphEdge): string {
  const word = plainWord[kind] ?? kind;
  return [word, label].filter((part) => part !== undefined && part !== '').join(': ');
}
const plainWord: { readonly [K in EdgeKind]?: string } = {
  next: '',
  branch: '',
  // oxlint-disable-next-line unicorn/no-thenable -- the form's own word
  then: 'yes',
  else: 'no',
  item: 'each',
};

/** `undefined` is the top. */
function childrenOf(graph: PlaybookGraph, container: string | undefined): readonly GraphNode[] {
  return graph.nodes.filter((node) => node.in === container);
}

// Mermaid: https://mermaid.js.org/syntax/flowchart.html. Ids are numbered, since `end` and others are words of the language.

function printMermaid(graph: PlaybookGraph): string {
  const ids = new Map(graph.nodes.map((node, index) => [node.id, `n${index}`]));
  const id = (node: string): string => ids.get(node) ?? 'n';
  const nodes = (container: string | undefined, indent: string): readonly string[] =>
    childrenOf(graph, container).flatMap((node) => [
      `${indent}${id(node.id)}${mermaidShape(node)}`,
      ...(childrenOf(graph, node.id).length === 0
        ? []
        : [`${indent}subgraph ${id(node.id)}s ["${mermaidText(node.id)}"]`, ...nodes(node.id, `${indent}  `), `${indent}end`]),
    ]);
  const edges = graph.edges.map((edge) => {
    const label = edgeLabel(edge);
    return `  ${id(edge.from)} ${arrows[edge.kind] ?? '-->'}${label === '' ? '' : `|"${mermaidText(label)}"|`} ${id(edge.to)}`;
  });
  return ['flowchart TD', ...nodes(undefined, '  '), ...edges, ''].join('\n');
}

const arrows: { readonly [K in EdgeKind]?: string } = { failure: '-.->', denied: '-.->', expired: '-.->', cancelled: '-.->', undo: '-.->' };

const mermaidShapes: { readonly [kind: string]: readonly [string, string] } = {
  start: ['([', '])'],
  finish: ['([', '])'],
  end: ['([', '])'],
  fail: ['[[', ']]'],
  if: ['{', '}'],
  switch: ['{', '}'],
  approval: ['{{', '}}'],
  manual: ['{{', '}}'],
  wait: ['(', ')'],
  'effect-undo': ['[/', '/]'],
  undo: ['[/', '/]'],
};

function mermaidShape({ kind, label }: GraphNode): string {
  const [open, close] = mermaidShapes[kind] ?? ['[', ']'];
  return `${open}"${mermaidText(label)}"${close}`;
}

/** Everything that Mermaid, Markdown or HTML could read as its own becomes a numbered entity. */
function mermaidText(text: string): string {
  return short(text)
    .split('\n')
    .map((line) => line.replaceAll(/[^\p{L}\p{N} .,:/()=+@-]/gu, (letter) => (letter === '…' ? letter : `#${letter.codePointAt(0)};`)))
    .join('<br>');
}

function printDot(graph: PlaybookGraph): string {
  const nodes = (container: string | undefined, indent: string): readonly string[] =>
    childrenOf(graph, container).flatMap((node) => [
      `${indent}${dotText(node.id)} [label=${dotText(short(node.label))}, shape=${dotShapes[node.kind] ?? 'box'}];`,
      ...(childrenOf(graph, node.id).length === 0
        ? []
        : [
            `${indent}subgraph ${dotText(`cluster ${node.id}`)} {`,
            `${indent}  label=${dotText(node.id)};`,
            ...nodes(node.id, `${indent}  `),
            `${indent}}`,
          ]),
    ]);
  const edges = graph.edges.map((edge) => {
    const label = edgeLabel(edge);
    const style = arrows[edge.kind] === undefined ? [] : ['style=dashed'];
    const attributes = [...(label === '' ? [] : [`label=${dotText(label)}`]), ...style].join(', ');
    return `  ${dotText(edge.from)} -> ${dotText(edge.to)}${attributes === '' ? '' : ` [${attributes}]`};`;
  });
  return [`digraph ${dotText(graph.playbook)} {`, ...nodes(undefined, '  '), ...edges, '}', ''].join('\n');
}

const dotShapes: { readonly [kind: string]: string } = {
  start: 'oval',
  finish: 'oval',
  end: 'oval',
  if: 'diamond',
  switch: 'diamond',
  approval: 'hexagon',
  manual: 'hexagon',
  'effect-undo': 'parallelogram',
  undo: 'parallelogram',
};

function dotText(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function printText(graph: PlaybookGraph): string {
  const names = new Map(graph.nodes.map((node) => [node.id, node.kind === 'effect-undo' ? node.label : node.id]));
  const lines = (container: string | undefined, indent: string): readonly string[] =>
    childrenOf(graph, container)
      .filter(({ kind }) => kind !== 'start' && kind !== 'finish' && kind !== 'effect-undo')
      .flatMap((node) => {
        const [name = '', ...does] = short(node.label).split('\n');
        const edges = graph.edges.filter(({ from }) => from === node.id);
        return [
          `${indent}${name}  ${does.join('  ')}`.trimEnd(),
          ...edges.map((edge) => `${indent}    ${textWord(edge)} → ${names.get(edge.to) ?? edge.to}`),
          ...lines(node.id, `${indent}  `),
        ];
      });
  return [`${graph.playbook}@${graph.version}  ${graph.title}`, ...lines(undefined, '  '), ''].join('\n');
}

function textWord({ kind, label }: GraphEdge): string {
  return label === undefined ? kind : `${kind} (${label})`;
}
