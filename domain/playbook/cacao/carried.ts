/**
 * The document that a playbook was imported from, carried along in its text: what we do not use is there again when it is exported.
 * Secrets are not: a playbook is read by everybody who may read playbooks.
 */
import type { Json, JsonObject } from '../../json.ts';
import type { SourcePlaybook } from '../playbook.schema.ts';
import { ownIdentity, extensionIds } from './extensions.ts';
import { pointerOf, type CacaoFault } from './fault.ts';
import { isPlainSecret } from './check-definitions.ts';
import type { CacaoPlaybook } from './model.ts';

export type Carried = { readonly document: CacaoPlaybook; readonly faults: readonly CacaoFault[] };

/** Without secrets, each of which is a fault (a warning). */
export function carriedOf(playbook: CacaoPlaybook): Carried {
  const faults: CacaoFault[] = [];
  const { authentication_info_definitions: logIns, ...rest } = playbook;
  if (logIns === undefined) return { document: playbook, faults };
  const kept = Object.entries(logIns).map(([id, logIn]) => [id, withoutSecrets(id, logIn, faults)] as const);
  return { document: { ...rest, authentication_info_definitions: Object.fromEntries(kept) }, faults };
}

function withoutSecrets(id: string, logIn: JsonObject, faults: CacaoFault[]): JsonObject {
  return Object.fromEntries(
    Object.entries(logIn).filter(([key, value]) => {
      if (!isPlainSecret(key, value)) return true;
      faults.push({
        code: 'cacao-not-carried',
        severity: 'warning',
        pointer: pointerOf('authentication_info_definitions', id, key),
        message: `\`${key}\` is a secret and stays in the document`,
        expected: 'to keep the document: `export --original` gives it back',
      });
      return false;
    }),
  );
}

/** A document that we gave out ourselves says nothing that its playbook does not say. */
export function isOwnExport({ created_by: by, extension_definitions: extensions = {} }: CacaoPlaybook): boolean {
  const own: ReadonlySet<string> = new Set(Object.values(extensionIds));
  return by === ownIdentity && Object.keys(extensions).every((id) => own.has(id));
}

export function printCarried(document: CacaoPlaybook): string {
  return `# what it was imported from; nothing here is used\ncarried:\n  cacao: ${JSON.stringify(document)}\n`;
}

export function readCarried({ carried }: Pick<SourcePlaybook, 'carried'>): CacaoPlaybook | undefined {
  const document: Json | undefined = carried?.['cacao'];
  return typeof document === 'object' && document !== null && !Array.isArray(document) ? (document as unknown as CacaoPlaybook) : undefined;
}

/** As people know them: `TLP:AMBER`, a statement. */
export function markingsOf({ markings = [], data_marking_definitions: definitions = {} }: CacaoPlaybook): readonly string[] {
  return markings.flatMap((id) => {
    const marking = Object.hasOwn(definitions, id) ? definitions[id] : undefined;
    if (marking === undefined) return [id];
    return marking.tlpv2_level ?? marking.statement ?? marking.type;
  });
}
