/**
 * CACAO Security Playbooks 2.0 (OASIS committee specification) as plain data: what a document holds once its structure was
 * checked (cli/cacao/structure.ts). Open vocabularies stay open: an unknown command or agent type is no fault of the structure.
 */
import type { Json, JsonObject } from '../../json.ts';

/** `<type>--<uuid>`. */
export type CacaoId = string;
/** RFC 3339 in UTC with `Z`. */
export type CacaoTime = string;
/** Extension id → its properties. */
export type CacaoExtensions = { readonly [extension: CacaoId]: JsonObject };

export type CacaoVariable = {
  readonly type: string;
  readonly description?: string;
  /** Always text, whatever the type. */
  readonly value?: string | null;
  readonly constant?: boolean;
  readonly external?: boolean;
};
/** Keys are of the form `__name__`. */
export type CacaoVariables = { readonly [name: string]: CacaoVariable };

type CommandBase = { readonly description?: string; readonly version?: string; readonly playbook_activity?: string };
type TextCommand<T extends string> = CommandBase & { readonly type: T; readonly command?: string; readonly command_b64?: string };
type HttpCommand<T extends string> = CommandBase & {
  readonly type: T;
  readonly command: string;
  readonly headers?: { readonly [name: string]: readonly string[] };
  readonly content?: string;
  readonly content_b64?: string;
};

export const textCommandTypes = [
  'manual',
  'bash',
  'caldera-cmd',
  'elastic',
  'jupyter',
  'kestrel',
  'powershell',
  'sigma',
  'ssh',
  'yara',
] as const;
export const httpCommandTypes = ['http-api', 'openc2-http'] as const;

export type CacaoCommand = TextCommand<(typeof textCommandTypes)[number]> | HttpCommand<(typeof httpCommandTypes)[number]>;

type StepBase = {
  readonly name?: string;
  readonly description?: string;
  readonly external_references?: Json;
  /** Milliseconds. */
  readonly delay?: number;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly step_variables?: CacaoVariables;
  readonly owner?: CacaoId;
  readonly on_completion?: CacaoId;
  readonly on_success?: CacaoId;
  readonly on_failure?: CacaoId;
  readonly step_extensions?: CacaoExtensions;
};
type Arguments = { readonly in_args?: readonly string[]; readonly out_args?: readonly string[] };

export type CacaoStep =
  | (StepBase & { readonly type: 'start' | 'end' })
  | (StepBase &
      Arguments & {
        readonly type: 'action';
        readonly commands: readonly CacaoCommand[];
        readonly agent: CacaoId;
        readonly targets?: readonly CacaoId[];
      })
  | (StepBase & Arguments & { readonly type: 'playbook-action'; readonly playbook_id: CacaoId; readonly playbook_version?: CacaoTime })
  | (StepBase & { readonly type: 'parallel'; readonly next_steps: readonly CacaoId[] })
  | (StepBase & { readonly type: 'if-condition'; readonly condition: string; readonly on_true: CacaoId; readonly on_false?: CacaoId })
  | (StepBase & { readonly type: 'while-condition'; readonly condition: string; readonly on_true: CacaoId })
  | (StepBase & { readonly type: 'switch-condition'; readonly switch: string; readonly cases: { readonly [value: string]: CacaoId } });

export type CacaoStepType = CacaoStep['type'];
export type CacaoStepOf<T extends CacaoStepType> = Extract<CacaoStep, { readonly type: T }>;

/** One form for agents and targets. */
export type CacaoAgentTarget = {
  readonly type: string;
  readonly name: string;
  readonly description?: string;
  readonly address?: { readonly [kind: string]: readonly (string | number)[] };
  readonly contact?: { readonly email?: { readonly [kind: string]: string } };
  readonly authentication_info?: CacaoId;
};

export type CacaoExtensionDefinition = {
  readonly type: 'extension-definition';
  readonly name: string;
  readonly description?: string;
  readonly created_by: CacaoId;
  readonly schema: string;
  readonly version: string;
};

export type CacaoSignature = {
  readonly type: 'jss';
  readonly id: CacaoId;
  readonly created: CacaoTime;
  readonly modified: CacaoTime;
  readonly revoked?: boolean;
  readonly signee: string;
  readonly valid_from?: CacaoTime;
  readonly valid_until?: CacaoTime;
  readonly related_to: CacaoId;
  readonly related_version: CacaoTime;
  readonly hash_algorithm: string;
  readonly algorithm: string;
  /** Of the four ways to name a key this one is read: PEM without header and footer. */
  readonly public_key?: string;
  /** base64url. */
  readonly value: string;
  /** The countersignature. */
  readonly signature?: CacaoSignature;
};

/** `marking-statement`, `marking-tlp`, `marking-iep`. */
export type CacaoDataMarking = {
  readonly type: 'marking-statement' | 'marking-tlp' | 'marking-iep';
  readonly id: CacaoId;
  readonly statement?: string;
  readonly tlpv2_level?: string;
};

export type CacaoPlaybook = {
  readonly type: 'playbook';
  readonly spec_version: 'cacao-2.0';
  readonly id: CacaoId;
  readonly name: string;
  readonly description?: string;
  readonly created_by: CacaoId;
  readonly created: CacaoTime;
  readonly modified: CacaoTime;
  readonly revoked?: boolean;
  readonly valid_from?: CacaoTime;
  readonly valid_until?: CacaoTime;
  readonly markings?: readonly CacaoId[];
  readonly playbook_variables?: CacaoVariables;
  readonly workflow_start: CacaoId;
  readonly workflow_exception?: CacaoId;
  readonly workflow: { readonly [step: CacaoId]: CacaoStep };
  readonly playbook_extensions?: CacaoExtensions;
  readonly authentication_info_definitions?: { readonly [id: CacaoId]: JsonObject };
  readonly agent_definitions?: { readonly [id: CacaoId]: CacaoAgentTarget };
  readonly target_definitions?: { readonly [id: CacaoId]: CacaoAgentTarget };
  readonly extension_definitions?: { readonly [id: CacaoId]: CacaoExtensionDefinition };
  readonly data_marking_definitions?: { readonly [id: CacaoId]: CacaoDataMarking };
  readonly signatures?: readonly CacaoSignature[];
};

/** What is not found by a name that a document gives is not there, also where the name is `constructor`. */
export function ownEntry<T>(table: { readonly [key: string]: T } | undefined, key: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
