/** The text of docs/library.md, made of the playbooks themselves. Pure, so that a test can hold the page to it. */
import { parse } from 'yaml';
import { actions, type ActionSpec } from '../domain/playbook/actions.ts';
import { compilePlaybook } from '../domain/playbook/compile.ts';
import { graphOf } from '../domain/playbook/graph.ts';
import { printGraph } from '../domain/playbook/graph-print.ts';
import { attackNames, defenceNames } from './technique-names.ts';

export type SourceFile = { readonly name: string; readonly text: string };

type Values = { readonly [key: string]: unknown };
type Step = Values & { readonly id: string };

const stages = ['create', 'context', 'generate', 'review', 'distribute', 'enforce', 'monitor', 'report'];

const head = `# The library

Playbooks that come with Edict, in the folder \`playbooks/\`, each with its tests beside it. This page is made of them by \`node scripts/library.ts\`, and a test
holds it equal: what a playbook does is what stands here. [playbooks.md](playbooks.md) says what the words mean, [systems.md](systems.md) how a directory, mail, endpoints and a
cloud are connected; without them the steps that need one fail with \`system-missing\`, and the playbooks below say what happens then.

ATT&CK® and D3FEND™ are of The MITRE Corporation; names of techniques are of ATT&CK 19.1, © 2026 The MITRE Corporation, reproduced and distributed with its permission.
`;

/** In the order of the page: responses, the stages of the loop, tools. */
export function libraryPage(files: readonly SourceFile[]): string {
  const sources = files.map((file) => ({ ...file, playbook: parse(file.text) as Values }));
  const responses = sources.filter(({ playbook }) => playbook['attack'] !== undefined);
  const ofStages = stages.flatMap((stage) => sources.filter(({ playbook }) => playbook['playbook'] === stage));
  const tools = sources.filter((source) => !responses.includes(source) && !ofStages.includes(source));
  const group = (title: string, intro: string, members: typeof sources) => [`## ${title}`, intro, ...members.map(sectionOf)].join('\n\n');
  return `${[
    head.trimEnd(),
    overview(responses),
    group('Responses', 'Started by a signal of a detection system, or by a person.', responses),
    group('Stages of the loop', 'What a policy goes through. Whoever wants a second reviewer or another check edits these.', ofStages),
    group('Tools', 'For administrators.', tools),
  ].join('\n\n')}\n`;
}

function overview(sources: readonly { readonly playbook: Values }[]): string {
  const rows = sources.map(({ playbook }) => {
    const steps = stepsOf(playbook['steps']);
    const changes = [...new Set(effectsIn(steps).map((step) => code(step['action'])))].join(', ');
    return `| [${text(playbook['playbook'])}](#${text(playbook['playbook'])}) | ${text(playbook['title'])} | ${startsBy(playbook)} | ${changes || 'nothing by itself'} |`;
  });
  return ['| playbook | for | starts when | changes |', '|---|---|---|---|', ...rows].join('\n');
}

function sectionOf({ name, text: source, playbook }: SourceFile & { readonly playbook: Values }): string {
  const steps = stepsOf(playbook['steps']);
  const { plan } = compilePlaybook(source, name);
  const parts = [
    `### ${text(playbook['playbook'])}`,
    `**${text(playbook['title'])}.** ${proseOf(source)}${playbook['description'] === undefined ? '' : `\n\n${text(playbook['description'])}`}`,
    facts(playbook, steps),
    `\`\`\`mermaid\n${printGraph(graphOf(plan), 'mermaid').trimEnd()}\n\`\`\``,
  ];
  return parts.join('\n\n');
}

/** The comment at the top of the file: what its author wants known before anything else. */
function proseOf(source: string): string {
  const lines = source.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return lines
    .slice(0, end)
    .map((line) => line.slice(1).trim())
    .join(' ');
}

function facts(playbook: Values, steps: readonly Step[]): string {
  const tags = [linked(playbook['attack'], attackLink), linked(playbook['d3fend'], defenceLink)].filter((part) => part !== '');
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['starts', [startsBy(playbook)]],
    ['agrees', steps.filter((step) => step['approval'] !== undefined).map((step) => approvalLine(step['approval'] as Values))],
    ['people do', steps.filter((step) => step['manual'] !== undefined).map((step) => taskLine(step.id, step['manual'] as Values))],
    ['changes', effectsIn(steps).map((step) => effectLine(playbook, step))],
    [
      'calls',
      [...new Set(steps.filter((step) => step['playbook'] !== undefined).map((step) => text((step['playbook'] as Values)['name'])))].map(
        (name) => `[${name}](#${name})`,
      ),
    ],
    ['counters', tags],
    [
      'owner, file',
      [`${text(playbook['owner'])}, [playbooks/${text(playbook['playbook'])}.yaml](../playbooks/${text(playbook['playbook'])}.yaml)`],
    ],
  ];
  const filled = rows.filter(([, values]) => values.length > 0);
  return ['| | |', '|---|---|', ...filled.map(([title, values]) => `| ${title} | ${values.map(cell).join('<br>')} |`)].join('\n');
}

function startsBy({ triggers = [] }: Values): string {
  const said = (triggers as readonly Values[]).map((trigger) => {
    const [kind, value] = Object.entries(trigger)[0] ?? ['', {}];
    if (kind === 'manual') return `by hand: ${names((value as Values)['roles'])}`;
    return kind === 'signal' ? `by a signal: ${code((value as Values)['when'])}` : `${kind}: ${code(JSON.stringify(value))}`;
  });
  return said.join('; ') || 'by its stage';
}

function approvalLine(approval: Values): string {
  const quorum = approval['quorum'] === undefined ? '' : `, so many: ${code(approval['quorum'])}`;
  const ladder = approval['escalate'] === undefined ? '' : ', taken higher in time';
  const glass = approval['break_glass'] === undefined ? '' : `, or one who breaks the glass, with a review afterwards`;
  const people = [names(approval['roles']), names(approval['people'])].filter((part) => part !== '').join(', ');
  return `${people}${quorum}, within ${code(approval['expires'])}${ladder}${glass}: for ${names(approval['of'], code)}`;
}

function taskLine(id: string, manual: Values): string {
  const answers = Object.keys((manual['outputs'] as Values | undefined) ?? {});
  return `${code(id)}, ${names(manual['roles'])}, within ${code(manual['expires'])}${answers.length === 0 ? '' : `: says ${names(answers, code)}`}`;
}

function effectLine(playbook: Values, step: Step): string {
  const { lease, undo, reason } = step as Values;
  const back = undo === undefined || undo === 'none' ? `not taken back: ${text(reason)}` : `taken back by ${code(undo)}`;
  const until = lease === undefined ? '' : `, by itself after ${leaseOf(playbook, text(lease))}`;
  return `${code(step['action'])} in ${code(step.id)}: ${back}${until}`;
}

function leaseOf({ inputs = {} }: Values, lease: string): string {
  const input = /^\$\{inputs\.(?<name>\w+)\}$/u.exec(lease)?.groups?.['name'];
  if (input === undefined) return lease;
  const { default: usual } = ((inputs as Values)[input] ?? {}) as Values;
  return `${code(input)}${usual === undefined ? '' : ` (${text(usual)} unless said otherwise)`}`;
}

function effectsIn(steps: readonly Step[]): readonly Step[] {
  return steps.filter((step) => (actions as { readonly [name: string]: ActionSpec })[text(step['action'])]?.does === 'effect');
}

/** Every step of the form, however deep it lies. */
function stepsOf(value: unknown): readonly Step[] {
  if (Array.isArray(value)) return value.flatMap(stepsOf);
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).filter(([key]) => key !== 'with');
  const deeper = inner.flatMap(([, each]) => stepsOf(each));
  return typeof (value as Values)['id'] === 'string' ? [value as Step, ...deeper] : deeper;
}

function linked(ids: unknown, link: (id: string) => string): string {
  return Array.isArray(ids) ? ids.map((id) => link(text(id))).join(', ') : '';
}

function attackLink(id: string): string {
  return `[${id} ${attackNames[id] ?? unnamed(id)}](https://attack.mitre.org/techniques/${id.replace('.', '/')}/)`;
}

function defenceLink(id: string): string {
  const name = defenceNames[id] ?? unnamed(id);
  return `[${id} ${name}](https://d3fend.mitre.org/technique/d3f:${name.replaceAll(' ', '')})`;
}

function unnamed(id: string): never {
  throw new Error(`technique ${id} has no name in scripts/technique-names.ts: look it up, so that no playbook names one that is none`);
}

function names(value: unknown, print: (one: unknown) => string = text): string {
  return Array.isArray(value) ? value.map(print).join(', ') : '';
}

function code(value: unknown): string {
  return `\`${text(value)}\``;
}

function cell(value: string): string {
  return value.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}
