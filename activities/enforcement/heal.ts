/** `enforcement.heal`: applies again what is recorded as desired for the point. Nothing new can come in force by it. */
import type { Activities } from '../contract.ts';
import { differences } from '../effect/desired-state.ts';
import { performEffect } from '../effect/perform-effect.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function enforcementHeal(ports: Ports): Activities['enforcement.heal'] {
  return async (call) => {
    const point = textParam(call, 'point');
    const startedAt = ports.now().getTime();
    await performEffect(ports, call, {
      action: 'enforcement.heal',
      targets: [point],
      desire: (desired) => desired,
      landed: (observed, desired) => differences(desired, observed).length === 0,
      without: (desired) => desired,
    });
    return { healed: true, elapsedMs: ports.now().getTime() - startedAt };
  };
}
