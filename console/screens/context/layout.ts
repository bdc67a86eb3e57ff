/** Places for hosts: each zone a disc of its own, the discs around a circle; the same hosts always lie at the same places. */
import type { ContextReply } from '../../../api/contract/context.ts';

type Node = ContextReply['graph']['nodes'][number];
export type Placed = { readonly node: Node; readonly zone: string; readonly x: number; readonly y: number };

/** Sunflower: even spacing on a disc. */
const goldenAngle = Math.PI * (3 - Math.sqrt(5));
const spacing = 14;

export function place(nodes: readonly Node[]): readonly Placed[] {
  const zones = new Map<string, Node[]>();
  for (const node of nodes) {
    const zone = node.zone ?? 'elsewhere';
    const held = zones.get(zone);
    if (held === undefined) zones.set(zone, [node]);
    else held.push(node);
  }
  const discs = [...zones]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([zone, held]) => ({ zone, held, radius: spacing * Math.sqrt(held.length) + spacing }));
  const around = discs.reduce((sum, { radius }) => sum + 2 * radius + spacing * 2, 0) / (2 * Math.PI);
  let walked = 0;
  return discs.flatMap(({ zone, held, radius }) => {
    const at = (walked + radius + spacing) / Math.max(around, 1);
    walked += 2 * radius + spacing * 2;
    const [cx, cy] = discs.length === 1 ? [0, 0] : [Math.cos(at) * around * 1.3, Math.sin(at) * around];
    return held.map((node, index) => {
      const distance = spacing * Math.sqrt(index);
      return { node, zone, x: cx + Math.cos(index * goldenAngle) * distance, y: cy + Math.sin(index * goldenAngle) * distance };
    });
  });
}
