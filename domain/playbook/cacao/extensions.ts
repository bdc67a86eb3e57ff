/**
 * What playbooks of ours say and CACAO does not, as CACAO extension definitions: the playbook's frame, the step's form, approval,
 * undo and lease. The ids are fixed for ever; a change of meaning is a new id.
 */
import { digestOfText } from '../../digest.ts';
import type { Json, JsonObject } from '../../json.ts';
import { ownEntry, type CacaoExtensionDefinition, type CacaoExtensions, type CacaoId, type CacaoStep } from './model.ts';

export const extensionIds = {
  playbook: 'extension-definition--5f0b1c1e-2a51-5c0a-9d0e-1f6a3c7b9e01',
  step: 'extension-definition--5f0b1c1e-2a51-5c0a-9d0e-1f6a3c7b9e02',
  approval: 'extension-definition--5f0b1c1e-2a51-5c0a-9d0e-1f6a3c7b9e03',
  undo: 'extension-definition--5f0b1c1e-2a51-5c0a-9d0e-1f6a3c7b9e04',
  lease: 'extension-definition--5f0b1c1e-2a51-5c0a-9d0e-1f6a3c7b9e05',
} as const;
export type ExtensionName = keyof typeof extensionIds;

const texts: Record<ExtensionName, string> = {
  playbook: 'The frame of the playbook: its id and version, what starts it, its inputs, outputs and tags.',
  step: 'The step as the engine performs it: action and inputs, retry, guard, loop, outputs, how it ends.',
  approval: 'People of `roles` accept exactly what the steps named in `covers` will do, by `quorum`, before `expires`.',
  undo: 'The action that takes the effect of the step back, or `none` with a reason.',
  lease: 'How long the effect of the step holds; then it is undone by itself.',
};

/** `<type>--<uuid>` (version 5 in form), the same for the same words. */
export function cacaoId(type: string, ...words: readonly string[]): CacaoId {
  const hex = digestOfText(JSON.stringify(words)).slice('sha256:'.length);
  return `${type}--${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const ownIdentity: CacaoId = cacaoId('identity', 'edict');

export const extensionDefinitions: { readonly [id: CacaoId]: CacaoExtensionDefinition } = Object.fromEntries(
  (Object.keys(extensionIds) as ExtensionName[]).map((name) => [
    extensionIds[name],
    {
      type: 'extension-definition',
      name: `edict-${name}`,
      description: texts[name],
      created_by: ownIdentity,
      schema: 'docs/cacao.md of Edict',
      version: '1.0.0',
    },
  ]),
);

export function extensionOf(extensions: CacaoExtensions | undefined, name: ExtensionName): JsonObject | undefined {
  return ownEntry(extensions, extensionIds[name]);
}

export function stepExtension(step: CacaoStep, name: ExtensionName): JsonObject | undefined {
  return extensionOf(step.step_extensions, name);
}

/** The text of a property, where it is one. */
export function textIn(object: JsonObject | undefined, key: string): string | undefined {
  const value: Json | undefined = object && Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}
