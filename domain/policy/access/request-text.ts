/** Requests of access and of AI models for people. */
import type { Attributes, AttributeValue, EntityUid } from './entity.ts';
import type { AccessRequest, AiRequest } from './model.ts';

/** `user:ann read document:plan with mfa true from 10.0.0.1`. */
export function printAccessRequest({ principal, action, resource, ...rest }: AccessRequest): string {
  return `${principal} ${action} ${resource}${printCircumstances(rest)}`;
}

/** `user:ann use model:small for support with data internal with tools search`. */
export function printAiRequest({ principal, model, purpose, dataClasses, tools, ...rest }: AiRequest): string {
  const said = [
    purpose === undefined ? '' : ` for ${purpose}`,
    dataClasses === undefined ? '' : ` with data ${dataClasses.join(', ') || 'of no class'}`,
    tools === undefined ? '' : ` with tools ${tools.join(', ') || 'none'}`,
  ];
  return `${principal} use ${model}${said.join('')}${printCircumstances(rest)}`;
}

function printCircumstances({
  context = {},
  from,
  at,
  entities = [],
}: Pick<AccessRequest, 'context' | 'from' | 'at' | 'entities'>): string {
  const attributes = [
    ...printAttributes('', context),
    ...entities.flatMap(({ uid, attrs = {} }) => printAttributes(`${uid.type}:${uid.id} `, attrs)),
  ];
  return [
    attributes.length === 0 ? '' : ` with ${attributes.join(', ')}`,
    from === undefined ? '' : ` from ${from}`,
    at === undefined ? '' : ` at ${at}`,
  ].join('');
}

function printAttributes(of: string, attributes: Attributes): readonly string[] {
  return Object.entries(attributes).map(([name, value]) => `${of}${name} ${printValue(value)}`);
}

/** Entities and extension values as people write them. */
function printValue(value: AttributeValue): string {
  if (typeof value !== 'object') return String(value);
  const { __entity: entity, __extn: extension } = value as { readonly [name: string]: unknown };
  if (isNamed(entity)) return `${entity.type}:${entity.id}`;
  const argument = typeof extension === 'object' && extension !== null && 'arg' in extension ? extension.arg : undefined;
  return typeof argument === 'string' ? argument : JSON.stringify(value);
}

function isNamed(value: unknown): value is EntityUid {
  return typeof value === 'object' && value !== null && 'type' in value && 'id' in value;
}
