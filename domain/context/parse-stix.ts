/**
 * Reads the indicators of a STIX 2.1 bundle: atomic comparisons `[ipv4-addr:value = '…']` and OR of such. A pattern that says
 * more than that is rejected by its id, never half read. Text that is no 2.1 bundle is `stix-invalid`.
 * https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html#_e8slinrhxcc9
 */
import { EdictError } from '../errors.ts';
import { canonicalAddress, canonicalCidr } from './address.ts';
import type { Indicator, Parsed } from './event.ts';
import { instantText, isRecord, textField, tryJson } from './json-lines.ts';
import type { Fields } from './json-lines.ts';
import { assertSize } from './limits.ts';
import { readStixPattern } from './stix-pattern.ts';
import type { Comparison } from './stix-pattern.ts';

export function parseStix(text: string): Parsed<Indicator> {
  assertSize(text, 'STIX bundle');
  const items: Indicator[] = [];
  const rejected: { where: string; reason: string }[] = [];
  const seen = new Set<string>();
  const objects = bundleObjects(text);
  const makers = makersIn(objects);
  for (const [index, object] of objects.entries()) {
    if (!isRecord(object)) {
      rejected.push({ where: `/objects/${index}`, reason: 'not a JSON object' });
      continue;
    }
    if (textField(object, 'type') !== 'indicator') continue;
    const id = textField(object, 'id');
    const outcome = id !== undefined && seen.has(id) ? 'the id is there twice' : readIndicator(object, id);
    if (typeof outcome === 'string') rejected.push({ where: id?.slice(0, 128) ?? `/objects/${index}`, reason: outcome });
    else items.push(...outcome.map((item) => ({ ...item, ...sourceOf(object, makers) })));
    if (id !== undefined) seen.add(id);
  }
  return { items, rejected };
}

function bundleObjects(text: string): readonly unknown[] {
  const bundle = tryJson(text);
  if (!isRecord(bundle)) throw invalid(bundle === undefined ? 'the text is not JSON' : 'the text is JSON, but not an object');
  if (textField(bundle, 'type') !== 'bundle') throw invalid('the object is not a bundle', '/type');
  const objects = Object.hasOwn(bundle, 'objects') ? bundle['objects'] : [];
  if (!Array.isArray(objects)) throw invalid('`objects` is not a list', '/objects');
  const old = textField(bundle, 'spec_version') ?? objects.map(olderVersion).find((version) => version !== undefined);
  if (old !== undefined && old !== '2.1') throw invalid(`STIX \`${old.slice(0, 16)}\` is not supported`, '/spec_version');
  return objects;
}

function makersIn(objects: readonly unknown[]): ReadonlyMap<string, string> {
  const named = objects.filter(isRecord).filter((object) => textField(object, 'type') === 'identity');
  return new Map(named.map((object) => [textField(object, 'id') ?? '', textField(object, 'name') ?? '']));
}

/** https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html#_xzbicbtscatx */
function sourceOf(object: Fields, makers: ReadonlyMap<string, string>): Pick<Indicator, 'source'> {
  const references = Array.isArray(object['external_references']) ? object['external_references'].filter(isRecord) : [];
  const made = makers.get(textField(object, 'created_by_ref') ?? '') ?? '';
  const source = made === '' ? references.map((reference) => textField(reference, 'source_name')).find((name) => name !== undefined) : made;
  return source === undefined ? {} : { source: source.slice(0, 256) };
}

/** In 2.0 the version stands on the bundle; in 2.1 on each object. */
function olderVersion(object: unknown): string | undefined {
  return isRecord(object) ? textField(object, 'spec_version') : undefined;
}

function invalid(message: string, where?: string): EdictError {
  return new EdictError('stix-invalid', message, { where, expected: 'a STIX 2.1 bundle', help: 'export the intelligence as STIX 2.1' });
}

function readIndicator(object: Fields, id: string | undefined): readonly Indicator[] | string {
  if (id === undefined || !/^indicator--[0-9a-f-]{36}$/i.test(id)) return 'the id is not `indicator--<uuid>`';
  if (object['revoked'] === true) return 'it is revoked';
  const language = textField(object, 'pattern_type');
  if (language !== 'stix') return `the pattern language \`${(language ?? 'none').slice(0, 32)}\` is not read`;
  const validFrom = instantText(textField(object, 'valid_from'));
  if (validFrom === undefined) return '`valid_from` is not RFC 3339';
  const comparisons = readStixPattern(textField(object, 'pattern') ?? '');
  if (typeof comparisons === 'string') return comparisons;
  const values: Pick<Indicator, 'type' | 'value'>[] = [];
  for (const comparison of comparisons) {
    const read = readComparison(comparison);
    if (typeof read === 'string') return read;
    values.push(read);
  }
  return values.map((value, index) => ({
    id: values.length === 1 ? id : `${id}#${index + 1}`,
    ...value,
    name: (textField(object, 'name') ?? value.value).slice(0, 256),
    labels: labelsOf(object),
    confidence: confidenceOf(object),
    validFrom,
    validUntil: instantText(textField(object, 'valid_until')),
  }));
}

function readComparison({ path, value }: Comparison): Pick<Indicator, 'type' | 'value'> | string {
  if (path === 'ipv4-addr:value' || path === 'ipv6-addr:value') return readAddress(value, path === 'ipv4-addr:value' ? 'ipv4' : 'ipv6');
  if (path === 'domain-name:value') {
    const name = value.toLowerCase().replace(/\.$/, '');
    return name !== '' && name.length <= 253 && !/[\s/]/.test(name)
      ? { type: 'domain', value: name }
      : `\`${value.slice(0, 64)}\` is not a domain name`;
  }
  if (path === 'url:value') return value.length <= 2048 ? { type: 'url', value } : 'the url is longer than 2,048 characters';
  if (/^file:hashes\.'?(?:md5|sha-?1|sha-?256|sha-?512)'?$/i.test(path)) {
    return /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i.test(value)
      ? { type: 'file-hash', value: value.toLowerCase() }
      : `\`${value.slice(0, 64)}\` is not a file hash`;
  }
  return `comparisons of \`${path.slice(0, 64)}\` are not read`;
}

function readAddress(value: string, type: 'ipv4' | 'ipv6'): Pick<Indicator, 'type' | 'value'> | string {
  const address = canonicalAddress(value) ?? canonicalCidr(value);
  if (address === undefined || address.includes(':') !== (type === 'ipv6')) return `\`${value.slice(0, 64)}\` is not an ${type} address`;
  return { type, value: address.replace(type === 'ipv4' ? /\/32$/ : /\/128$/, '') };
}

function labelsOf(object: Fields): readonly string[] {
  const lists = [object['indicator_types'], object['labels']].filter((list): list is unknown[] => Array.isArray(list));
  return [...new Set(lists.flat().filter((label): label is string => typeof label === 'string'))]
    .slice(0, 32)
    .map((label) => label.slice(0, 64));
}

function confidenceOf(object: Fields): number | undefined {
  const confidence = object['confidence'];
  return typeof confidence === 'number' && confidence >= 0 && confidence <= 100 ? confidence : undefined;
}
