/** A run that does nothing but take back what another run of the same plan did: newest first, each once, as any run that goes back. */
import type { EffectToUndo } from './state.ts';
import type { Turn } from './turn.ts';

export function beginTakingBack(turn: Turn, effects: readonly EffectToUndo[]): void {
  const { state, nowMs } = turn;
  for (const effect of effects) {
    const { id, prefix } = partsOf(effect.step);
    const index = state.effects.push({ ...effect, status: 'confirmed' }) - 1;
    state.steps[effect.step] = { key: effect.step, id, prefix, status: 'done', startedAtMs: nowMs, effect: index };
  }
  state.outcome = 'done';
  state.endedAtMs = nowMs;
  state.phase = 'undoing';
}

/** `each[3].apply` → `apply`, below `each[3].` */
function partsOf(key: string): { readonly id: string; readonly prefix: string } {
  const at = key.lastIndexOf('.') + 1;
  return { id: key.slice(at), prefix: key.slice(0, at) };
}
