/** Draws a scene on a canvas: a stroke for all lines that look alike, a fill for all hosts that do. What is too small to be read is left out. */
import type { Token } from './chart.ts';
import type { Line, Scene, Spot, View } from './scene.ts';

export type Room = { readonly width: number; readonly height: number; readonly density: number };

/** More lines than this bear no arrows; who is the sender stands in the list. */
const arrowsMost = 400;
const labelsMost = 150;
/** A name takes about so much beside the next host. */
const labelScale = 4;

export function draw(ctx: CanvasRenderingContext2D, scene: Scene, { view, room, token }: { view: View; room: Room; token: Token }): void {
  ctx.setTransform(room.density, 0, 0, room.density, 0, 0);
  ctx.clearRect(0, 0, room.width, room.height);
  const [quiet, line] = [token('--ink-3'), token('--line-strong')];
  const count = scene.bundles.reduce((sum, { lines }) => sum + lines.length, 0);
  for (const { width, faint, lines } of scene.bundles) {
    const many = count > arrowsMost;
    ctx.globalAlpha = faint ? 0.12 : many ? 0.3 : 0.6;
    ctx.strokeStyle = faint ? line : quiet;
    ctx.lineWidth = many ? width / 3 : width;
    ctx.beginPath();
    for (const one of lines) strike(ctx, one, view);
    ctx.stroke();
    if (faint || lines.length > arrowsMost || count > 4 * arrowsMost) continue;
    ctx.fillStyle = quiet;
    ctx.beginPath();
    for (const one of lines) arrow(ctx, one, view);
    ctx.fill();
  }
  drawSpots(ctx, scene.spots, view, token);
  ctx.globalAlpha = 1;
  drawWords(ctx, scene, { view, room, token });
}

function strike(ctx: CanvasRenderingContext2D, { from, to }: Line, { x, y, scale }: View): void {
  ctx.moveTo(from.x * scale + x, from.y * scale + y);
  ctx.lineTo(to.x * scale + x, to.y * scale + y);
}

function arrow(ctx: CanvasRenderingContext2D, { from, to }: Line, { x, y, scale }: View): void {
  const [dx, dy] = [(to.x - from.x) * scale, (to.y - from.y) * scale];
  const length = Math.hypot(dx, dy);
  if (length < 16) return;
  const [ux, uy] = [dx / length, dy / length];
  const [tipX, tipY] = [to.x * scale + x - ux * 6, to.y * scale + y - uy * 6];
  ctx.moveTo(tipX, tipY);
  ctx.lineTo(tipX - ux * 7 - uy * 3, tipY - uy * 7 + ux * 3);
  ctx.lineTo(tipX - ux * 7 + uy * 3, tipY - uy * 7 - ux * 3);
}

function drawSpots(ctx: CanvasRenderingContext2D, spots: readonly Spot[], view: View, token: Token): void {
  const size = Math.min(1.2, Math.max(0.4, view.scale));
  const looks = { asset: token('--ink-3'), stranger: token('--ink-3'), critical: token('--high'), here: token('--accent') } as const;
  for (const faint of [true, false]) {
    for (const [look, color] of Object.entries(looks)) {
      ctx.globalAlpha = faint ? 0.15 : 1;
      ctx.beginPath();
      for (const spot of spots) if (spot.look === look && spot.faint === faint) shape(ctx, spot, view, size);
      ctx.fillStyle = look === 'stranger' ? token('--paper') : color;
      ctx.fill();
      if (look !== 'stranger') continue;
      ctx.strokeStyle = color;
      ctx.lineWidth = 1;
      ctx.stroke();
    }
  }
}

const radii = { asset: 4, stranger: 4, critical: 5.5, here: 7 } as const;

/** What matters more is a diamond, so that colour is never the only sign. */
function shape(ctx: CanvasRenderingContext2D, { x, y, look }: Spot, view: View, size: number): void {
  const [cx, cy, radius] = [x * view.scale + view.x, y * view.scale + view.y, radii[look] * size];
  ctx.moveTo(cx + radius, cy);
  if (look === 'critical') {
    ctx.lineTo(cx, cy + radius);
    ctx.lineTo(cx - radius, cy);
    ctx.lineTo(cx, cy - radius);
    ctx.closePath();
  } else ctx.arc(cx, cy, radius, 0, 2 * Math.PI);
}

type Words = { readonly view: View; readonly room: Room; readonly token: Token };

function drawWords(ctx: CanvasRenderingContext2D, { spots, zones }: Scene, { view, room, token }: Words): void {
  const family = token('--font');
  ctx.textBaseline = 'middle';
  ctx.font = `11px ${family}`;
  ctx.fillStyle = token('--ink');
  ctx.textAlign = 'left';
  for (const { name, x, y, look } of labelled(spots, view, room))
    ctx.fillText(name, x * view.scale + view.x + (look === 'here' ? 13 : 9), y * view.scale + view.y);
  ctx.font = `600 11px ${family}`;
  ctx.fillStyle = token('--ink-3');
  ctx.textAlign = 'center';
  // Over lines it has a rim, so that it is read.
  ctx.strokeStyle = token('--paper');
  ctx.lineWidth = 3;
  for (const { name, x, y } of zones) {
    ctx.strokeText(name, x * view.scale + view.x, y * view.scale + view.y - 14);
    ctx.fillText(name, x * view.scale + view.x, y * view.scale + view.y - 14);
  }
}

function labelled(spots: readonly Spot[], view: View, room: Room): readonly Spot[] {
  const spoken = spots.filter(({ look }) => look === 'here');
  const strong = spots.filter(({ faint }) => !faint);
  const wanted = strong.length <= 60 ? strong : view.scale >= labelScale ? strong : spoken;
  const seen = wanted.filter(({ x, y }) => {
    const [left, top] = [x * view.scale + view.x, y * view.scale + view.y];
    return left > -100 && left < room.width && top > 0 && top < room.height;
  });
  return seen.length <= labelsMost ? seen : spoken;
}
