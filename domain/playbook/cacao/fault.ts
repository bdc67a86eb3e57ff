/** What is wrong with a CACAO document, or with bringing it in: one shape for the structure, the semantic check and the import. */
import type { CacaoId } from './model.ts';

export type CacaoFaultCode =
  | 'cacao-structure'
  | 'cacao-start-missing'
  | 'cacao-start-kind'
  | 'cacao-step-missing'
  | 'cacao-step-kind'
  | 'cacao-step-order'
  | 'cacao-cycle'
  | 'cacao-unreachable'
  | 'cacao-no-end'
  | 'cacao-variable-missing'
  | 'cacao-condition'
  | 'cacao-definition-missing'
  | 'cacao-command'
  | 'cacao-contact'
  | 'cacao-time'
  | 'cacao-secret'
  | 'cacao-unsupported'
  | 'cacao-unmapped'
  | 'cacao-manual'
  | 'cacao-not-carried';

export type CacaoFault = {
  readonly code: CacaoFaultCode;
  /** A warning does not refuse the document. */
  readonly severity: 'error' | 'warning';
  /** JSON pointer (RFC 6901) into the document. */
  readonly pointer: string;
  readonly step?: CacaoId | undefined;
  readonly message: string;
  readonly expected: string;
};

export function pointerOf(...parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function isError(fault: CacaoFault): boolean {
  return fault.severity === 'error';
}
