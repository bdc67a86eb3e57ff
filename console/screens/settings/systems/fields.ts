/** The fields of each kind of outside system, as people know them; what each takes is said by domain/systems/system-settings.schema.ts. */
import type { Json } from '../../../../domain/json.ts';
import type { SystemKind } from '../../../../domain/systems/catalogue.ts';

export type Field = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly required?: boolean;
  readonly number?: boolean;
  /** Only for who has a gateway or a national cloud, or a slow line. */
  readonly rare?: boolean;
};

const times: readonly Field[] = [
  { name: 'timeoutMs', label: 'Longest call, ms', hint: '30000 unless told', number: true, rare: true },
  { name: 'settleTimeoutMs', label: 'Longest until a change shows, ms', hint: '300000 unless told', number: true, rare: true },
];
const registration: readonly Field[] = [
  { name: 'tenant', label: 'Tenant', hint: 'its domain or id', required: true },
  { name: 'clientId', label: 'Application (client) id', required: true },
  { name: 'authority', label: 'Address that gives tokens', hint: 'of a national cloud', rare: true },
  { name: 'url', label: 'Address of the API', hint: 'of a national cloud, or a gateway', rare: true },
];

export const systemFields: Readonly<Record<SystemKind, readonly Field[]>> = {
  'microsoft-graph': [
    ...registration,
    { name: 'mailboxes', label: 'Mailboxes that a search goes through', hint: '1000 unless told', number: true, rare: true },
    ...times,
  ],
  defender: [...registration, ...times],
  aws: [
    { name: 'accessKeyId', label: 'Access key id', required: true },
    { name: 'region', label: 'Region', hint: 'us-east-1 unless told' },
    { name: 'iamUrl', label: 'Address of IAM', rare: true },
    { name: 'stsUrl', label: 'Address of STS', rare: true },
    { name: 's3Url', label: 'Address of S3', rare: true },
    ...times,
  ],
};

export const secretLabels: Readonly<Record<string, string>> = {
  clientSecret: 'Client secret',
  secretAccessKey: 'Secret access key',
};

/** A setting, or what a system says of itself, as text. */
export function printValue(value: Json | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
