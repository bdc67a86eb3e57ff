/** A canvas that is dragged, zoomed and pressed, and drawn at most once a frame. */
import type { Token } from './chart.ts';
import { draw } from './draw.ts';
import { fitted, found, zoomed, type Line, type Scene, type Spot, type View } from './scene.ts';

type Point = { readonly x: number; readonly y: number };
/** What lies under the pointer, in words, beside it. */
export type Pointed = Point & { readonly words: string };
type Heard = { readonly onPress: (name: string | undefined) => void; readonly onPoint: (pointed: Pointed | undefined) => void };

/** A press that moves less is none. */
const stillPx = 4;

export class Stage {
  readonly #canvas: HTMLCanvasElement;
  readonly #heard: Heard;
  readonly #listening = new AbortController();
  readonly #watch = new ResizeObserver(() => this.#ask());
  #shown: { readonly scene: Scene; readonly token: Token } | undefined;
  /** Undefined: all of it, whatever the room. */
  #view: View | undefined;
  #frame = 0;
  #held: (Point & { readonly from: View; moved: boolean }) | undefined;

  constructor(canvas: HTMLCanvasElement, heard: Heard) {
    this.#canvas = canvas;
    this.#heard = heard;
    const { signal } = this.#listening;
    canvas.addEventListener('pointermove', (event) => this.#move(event), { signal });
    canvas.addEventListener('pointerdown', (event) => this.#down(event), { signal });
    canvas.addEventListener('pointerup', (event) => this.#up(event), { signal });
    canvas.addEventListener('pointerleave', () => heard.onPoint(undefined), { signal });
    canvas.addEventListener('wheel', (event) => this.#turn(event), { signal, passive: false });
    this.#watch.observe(canvas);
  }

  show(scene: Scene, token: Token): void {
    this.#shown = { scene, token };
    this.#ask();
  }

  zoom(by: number, at: Point = { x: this.#canvas.clientWidth / 2, y: this.#canvas.clientHeight / 2 }): void {
    const before = this.#now();
    if (before === undefined) return;
    this.#view = zoomed(before, by, at);
    this.#ask();
  }

  fit(): void {
    this.#view = undefined;
    this.#ask();
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#listening.abort();
    this.#watch.disconnect();
  }

  #now(): View | undefined {
    if (this.#shown === undefined) return undefined;
    return this.#view ?? fitted(this.#shown.scene, { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight });
  }

  #ask(): void {
    this.#frame ||= requestAnimationFrame(() => this.#paint());
  }

  #paint(): void {
    this.#frame = 0;
    const [ctx, view] = [this.#canvas.getContext('2d'), this.#now()];
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (ctx === null || view === undefined || this.#shown === undefined || width === 0) return;
    const density = window.devicePixelRatio;
    const [wide, high] = [Math.round(width * density), Math.round(height * density)];
    if (this.#canvas.width !== wide) this.#canvas.width = wide;
    if (this.#canvas.height !== high) this.#canvas.height = high;
    draw(ctx, this.#shown.scene, { view, room: { width, height, density }, token: this.#shown.token });
  }

  #at({ offsetX: x, offsetY: y }: PointerEvent): Spot | Line | undefined {
    const view = this.#now();
    return this.#shown === undefined || view === undefined ? undefined : found(this.#shown.scene, view, { x, y });
  }

  #move(event: PointerEvent): void {
    const held = this.#held;
    if (held === undefined) {
      this.#point(event);
      return;
    }
    const [dx, dy] = [event.offsetX - held.x, event.offsetY - held.y];
    held.moved ||= Math.hypot(dx, dy) > stillPx;
    if (!held.moved) return;
    this.#view = { ...held.from, x: held.from.x + dx, y: held.from.y + dy };
    this.#ask();
  }

  #point(event: PointerEvent): void {
    const one = this.#at(event);
    this.#canvas.style.cursor = one !== undefined && 'name' in one ? 'pointer' : 'grab';
    this.#heard.onPoint(one === undefined ? undefined : { words: wordsOf(one), x: event.offsetX + 12, y: event.offsetY + 12 });
  }

  #down(event: PointerEvent): void {
    const from = this.#now();
    if (from === undefined || event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#heard.onPoint(undefined);
    this.#held = { x: event.offsetX, y: event.offsetY, from, moved: false };
  }

  #up(event: PointerEvent): void {
    const was = this.#held;
    this.#held = undefined;
    if (was === undefined || was.moved) return;
    const one = this.#at(event);
    this.#heard.onPress(one !== undefined && 'name' in one ? one.name : undefined);
  }

  #turn(event: WheelEvent): void {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 400), { x: event.offsetX, y: event.offsetY });
  }
}

function wordsOf(one: Spot | Line): string {
  if ('words' in one) return one.words;
  return `${one.name}\n${one.zone}${one.look === 'critical' ? ', critical' : ''}`;
}
