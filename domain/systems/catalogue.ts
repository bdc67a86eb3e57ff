/**
 * Outside systems: the kinds that there are connectors for, and what each can be asked and told. A reading changes nothing; a change is
 * an effect. Actions of playbooks name a reading or a change, and any system whose kind has it will do.
 */
export type SystemKind = 'microsoft-graph' | 'defender' | 'aws';

export type ReadingName = 'user' | 'sign-ins' | 'messages' | 'app-grants' | 'key-usage' | 'public-access';

export type ChangeName =
  | 'disable-user'
  | 'revoke-sessions'
  | 'purge-messages'
  | 'revoke-grants'
  | 'disable-app'
  | 'isolate-machine'
  | 'scan-machine'
  | 'disable-key'
  | 'block-public';

export type Capability = ReadingName | ChangeName;

export type SystemKindSpec = {
  readonly title: string;
  readonly capabilities: readonly Capability[];
  /** Roles of the secrets that it needs; their values are stored apart, by name. */
  readonly secrets: readonly string[];
};

export const systemKinds = {
  'microsoft-graph': {
    title: 'Microsoft Graph: people, sign-ins, mail and consent of an Entra tenant',
    capabilities: [
      'user',
      'sign-ins',
      'messages',
      'app-grants',
      'disable-user',
      'revoke-sessions',
      'purge-messages',
      'revoke-grants',
      'disable-app',
    ],
    secrets: ['clientSecret'],
  },
  defender: {
    title: 'Microsoft Defender for Endpoint: machines',
    capabilities: ['isolate-machine', 'scan-machine'],
    secrets: ['clientSecret'],
  },
  aws: {
    title: 'AWS: access keys of IAM, public access to S3 buckets',
    capabilities: ['key-usage', 'public-access', 'disable-key', 'block-public'],
    secrets: ['secretAccessKey'],
  },
} as const satisfies Record<SystemKind, SystemKindSpec>;

/** Kinds that have it. */
export function kindsWith(capability: Capability): readonly SystemKind[] {
  return (Object.keys(systemKinds) as SystemKind[]).filter((kind) =>
    (systemKinds[kind].capabilities as readonly Capability[]).includes(capability),
  );
}
