/**
 * A playbook of ours → a CACAO 2.0 document. Control flow becomes CACAO's own; what CACAO cannot say stands in extensions, so
 * that import gives the same plan. For other engines every step of ours is a `manual` command that says what it does: nobody
 * performs by accident what they do not understand. Throws `playbook-invalid`.
 */
import { compilePlaybook } from '../compile.ts';
import { readSource } from '../compile/source.ts';
import { digestOf } from '../../digest.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { SourcePlaybook } from '../playbook.schema.ts';
import { exportSteps } from './export-steps.ts';
import { cacaoId, extensionDefinitions, extensionIds, ownIdentity } from './extensions.ts';
import { readCarried } from './carried.ts';
import { readOrigin } from './origin.ts';
import type { CacaoPlaybook, CacaoTime, CacaoVariables } from './model.ts';

export type ExportOptions = {
  /** Now, to the millisecond. */
  readonly at: CacaoTime;
  /** The document that the playbook was imported from. */
  readonly original?: CacaoPlaybook | undefined;
};

/**
 * With `original`: a playbook that still means what was imported gives the original back as it stands, so that its signatures
 * still hold; one that was changed keeps the original's id and metadata, and what it supersedes in an extension.
 */
export function exportCacao(text: string, file: string, { at, original }: ExportOptions): CacaoPlaybook {
  const { plan } = compilePlaybook(text, file);
  const origin = readOrigin(text);
  const { playbook } = readSource(text, file);
  const known = original !== undefined && origin?.document === digestOf(original) ? original : readCarried(playbook);
  if (known !== undefined && origin?.plan === plan.digest) return origin.document === digestOf(known) ? known : unsigned(known);
  return cleanValue({ ...keptOf(known), ...documentOf(playbook, at, known) }) as CacaoPlaybook;
}

/** Its secrets are not in it: it is no longer what was signed. */
function unsigned({ signatures: _signatures, ...rest }: CacaoPlaybook): CacaoPlaybook {
  return rest;
}

function documentOf(playbook: SourcePlaybook, at: CacaoTime, original: CacaoPlaybook | undefined): Partial<CacaoPlaybook> {
  const { steps, title, description, carried: _carried, ...frame } = playbook;
  const id = original?.id ?? cacaoId('playbook', playbook.playbook);
  const agent = cacaoId('organization', 'edict');
  const { start, workflow } = exportSteps(steps, { playbook: playbook.playbook, agent });
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id,
    name: title,
    ...(description === undefined ? {} : { description }),
    created_by: original?.created_by ?? ownIdentity,
    created: original?.created ?? at,
    modified: at,
    playbook_variables: variablesOf(playbook),
    workflow_start: start,
    workflow,
    playbook_extensions: {
      ...original?.playbook_extensions,
      [extensionIds.playbook]: cleanObject({ ...frame, ...(original ? { superseded: supersededOf(original) } : {}) }),
    },
    agent_definitions: { ...original?.agent_definitions, [agent]: { type: 'organization', name: 'Edict' } },
    extension_definitions: { ...original?.extension_definitions, ...extensionDefinitions },
  };
}

/** Metadata, agents, targets and markings stay. A signature of another text would be a lie. */
function keptOf(original: CacaoPlaybook | undefined): Partial<CacaoPlaybook> {
  if (original === undefined) return {};
  const { signatures: _signatures, workflow_exception: _exception, description: _description, ...kept } = original;
  return kept;
}

function supersededOf(original: CacaoPlaybook): Json {
  const { workflow, workflow_start, workflow_exception, playbook_variables } = original;
  return cleanObject({ workflow, workflow_start, workflow_exception, playbook_variables });
}

const variableTypes: { readonly [type: string]: string } = { int: 'integer', double: 'float', bool: 'bool', map: 'dictionary' };

function variablesOf({ inputs }: SourcePlaybook): CacaoVariables {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      `__${name}__`,
      {
        type: variableTypes[input.type] ?? 'string',
        ...(input.description === undefined ? {} : { description: input.description }),
        ...(input.default === undefined
          ? {}
          : { value: typeof input.default === 'string' ? input.default : JSON.stringify(input.default) }),
        external: true,
      },
    ]),
  );
}

/** What is undefined is not there. */
function cleanValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleanValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, cleanValue(entry)]),
  );
}

function cleanObject(value: object): JsonObject {
  return cleanValue(value) as JsonObject;
}
