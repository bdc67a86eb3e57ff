/** `control.noop`: answers with its input. It reads and changes nothing, and so asks no order. */
import type { Activities } from '../contract.ts';

export function controlNoop(): Activities['control.noop'] {
  return async (call) => ({ value: call.params['value'] ?? null });
}
