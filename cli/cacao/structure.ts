/**
 * The structure of a CACAO 2.0 document, by the published JSON schemas. They declare draft-07 and use a keyword of 2020-12
 * (`unevaluatedProperties`): they are used as draft-07, in which that keyword says nothing. Under 2020-12 no public example passes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { EdictError } from '../../domain/errors.ts';
import { checkCacao } from '../../domain/playbook/cacao/check.ts';
import { isError, type CacaoFault } from '../../domain/playbook/cacao/fault.ts';
import type { CacaoPlaybook } from '../../domain/playbook/cacao/model.ts';

type SchemaBundle = { readonly schemas: readonly { readonly $id: string }[] };

let loaded: Ajv | undefined;

/** `name`: such as `playbook`, `data-types/signature`. */
function validator(name: string): ValidateFunction {
  const bundle = JSON.parse(readFileSync(join(import.meta.dirname, 'schemas.json'), 'utf8')) as SchemaBundle;
  loaded ??= new Ajv({ strict: false, allErrors: true, validateFormats: false, schemas: [...bundle.schemas] });
  const id = bundle.schemas.find(({ $id }) => $id.endsWith(`/schemas/${name}.json`))?.$id;
  const found = id === undefined ? undefined : loaded.getSchema(id);
  if (!found) throw new EdictError('defect', 'the schemas of CACAO are not complete');
  return found;
}

export type CacaoReading = {
  readonly faults: readonly CacaoFault[];
  /** Present where the structure is in order; the faults may still refuse it. */
  readonly playbook?: CacaoPlaybook;
};

const mostFaults = 50;

/** Structure first; what has a wrong structure is not looked at further. Throws `input-invalid` where it is no JSON. */
export function readCacao(text: string, file: string): CacaoReading {
  try {
    const value = parse(text, file);
    const check = validator('playbook');
    if (!check(value)) return { faults: (check.errors ?? []).filter(saysSomething).slice(0, mostFaults).map(faultOf) };
    const playbook = value as CacaoPlaybook;
    return { playbook, faults: checkCacao(playbook) };
  } catch (error) {
    if (error instanceof RangeError)
      throw new EdictError('input-invalid', `\`${file}\` is nested too deeply`, { where: file, cause: error });
    throw error;
  }
}

/** What was signed may be read whatever its workflow is worth: only the signatures have to be in order. Throws `cacao-invalid`. */
export function readSigned(text: string, file: string): CacaoPlaybook {
  const value = parse(text, file);
  const check = validator('data-types/signature');
  const signatures: unknown = typeof value === 'object' && value !== null && 'signatures' in value ? value.signatures : [];
  if (typeof value !== 'object' || value === null || !Array.isArray(signatures) || !('id' in value) || !('modified' in value))
    throw new EdictError('cacao-invalid', `\`${file}\` is no CACAO playbook`, {
      where: file,
      expected: '`id`, `modified` and `signatures`',
    });
  for (const [index, signature] of signatures.entries())
    if (!check(signature)) throw refusal((check.errors ?? []).map(faultOf), `${file}#/signatures/${index}`);
  return value as CacaoPlaybook;
}

/** Throws `cacao-invalid`, with each fault, unless it is one that may be worked with. */
export function readValidCacao(text: string, file: string): { readonly playbook: CacaoPlaybook; readonly warnings: readonly CacaoFault[] } {
  const { playbook, faults } = readCacao(text, file);
  const errors = faults.filter(isError);
  if (playbook === undefined || errors.length > 0) throw refusal(errors, file);
  return { playbook, warnings: faults };
}

function refusal(errors: readonly CacaoFault[], file: string): EdictError {
  const [first, ...others] = errors;
  return new EdictError('cacao-invalid', first ? `${first.message} [${first.code}]` : `\`${file}\` is no CACAO playbook`, {
    where: first ? `${file}#${first.pointer}` : file,
    expected: first?.expected,
    help: others.length === 0 ? undefined : `also:\n${others.slice(0, 20).map(printFault).join('\n')}`,
  });
}

export function printFault(fault: CacaoFault): string {
  return `${fault.pointer || '/'}: ${fault.message} [${fault.code}], expected ${fault.expected}`;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EdictError('input-invalid', `\`${file}\` is not JSON`, { where: file, expected: 'a CACAO 2.0 playbook in JSON', cause });
  }
}

/** Of a set of alternatives the schema says only that none fits; the alternatives say why. */
function saysSomething({ keyword }: ErrorObject): boolean {
  return !['anyOf', 'oneOf', 'if', 'not'].includes(keyword);
}

function faultOf({ instancePath, message = 'is not as it should be', params, keyword }: ErrorObject): CacaoFault {
  const allowed: unknown = keyword === 'enum' ? params['allowedValues'] : undefined;
  return {
    code: 'cacao-structure',
    severity: 'error',
    pointer: instancePath,
    message: `\`${instancePath || '/'}\` ${message}`,
    expected: Array.isArray(allowed) ? `one of ${allowed.join(', ')}` : message.replace(/^must /, 'to '),
  };
}
