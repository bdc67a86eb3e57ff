/** What is typed into the fields of a test, and the request that it is; undefined while something is missing. */
import type { RequestInput } from '../../../api/contract/policies.ts';

export type Typed = {
  readonly kind: RequestInput['kind'];
  readonly from: string;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp';
  /** Digits. */
  readonly port: string;
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly model: string;
  readonly purpose: string;
  /** JSON; empty for none. */
  readonly context: string;
};

export const emptyTyped: Typed = {
  kind: 'network',
  from: '',
  to: '',
  protocol: 'tcp',
  port: '443',
  principal: '',
  action: '',
  resource: '',
  model: '',
  purpose: '',
  context: '',
};

type AccessInput = Extract<RequestInput, { readonly kind: 'access' }>;

export function requestOf(typed: Typed): RequestInput | undefined {
  const { kind, from, to, protocol, port, principal, action, resource, model, purpose } = typed;
  const filled = (...texts: readonly string[]) => texts.every((text) => text.trim() !== '');
  if (kind === 'network')
    return filled(from, to, port) ? { kind, from: from.trim(), to: to.trim(), protocol, port: Number(port) } : undefined;
  const context = contextOf(typed.context);
  if (context === undefined) return undefined;
  if (kind === 'access')
    return filled(principal, action, resource)
      ? { kind, principal: principal.trim(), action: action.trim(), resource: resource.trim(), ...context }
      : undefined;
  if (!filled(principal, model)) return undefined;
  return { kind, principal: principal.trim(), model: model.trim(), ...(filled(purpose) ? { purpose: purpose.trim() } : {}), ...context };
}

/** The API says what is wrong with a value. */
function contextOf(text: string): Pick<AccessInput, 'context'> | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { context: value as NonNullable<AccessInput['context']> } : undefined;
  } catch {
    return undefined;
  }
}
