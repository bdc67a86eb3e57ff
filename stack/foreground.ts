/** The stack in the foreground of a terminal or a service manager: runs until a signal or a failure, and ends in order. */
import type { EdictError } from '../domain/errors.ts';
import { startStack, type Stack, type StackOptions } from './supervisor.ts';

/** A Ctrl-C may reach us more than once (terminal, npm, a wrapper): only a later one means "at once". */
const repeatMs = 1000;

export type ServeOptions = Omit<StackOptions, 'signal'> & {
  readonly onReady?: ((stack: Stack) => void) | undefined;
  /** A first signal arrived: everything is being stopped. */
  readonly onStopping?: ((signal: NodeJS.Signals) => void) | undefined;
};

export type Ending = { readonly signal?: NodeJS.Signals; readonly error?: EdictError };

/** Resolves when everything is stopped: by a signal, or because a part could not be kept running. Throws when the start fails. */
export async function serveStack(options: ServeOptions): Promise<Ending> {
  const signals = listenToSignals(options.onStopping);
  try {
    const stack = await startStack({ ...options, signal: signals.first });
    signals.onSecond(stack.stopNow);
    options.onReady?.(stack);
    const ending = await Promise.race([signals.received.then((signal) => ({ signal })), stack.failed.then((error) => ({ error }))]);
    await stack.stop();
    return ending;
  } catch (error) {
    if (signals.first.aborted) return { signal: await signals.received };
    throw error;
  } finally {
    signals.close();
  }
}

function listenToSignals(onStopping: ServeOptions['onStopping']) {
  const controller = new AbortController();
  let force: () => void = () => process.exit(130);
  let settle: (signal: NodeJS.Signals) => void = () => undefined;
  let firstAt = 0;
  const received = new Promise<NodeJS.Signals>((resolve) => (settle = resolve));
  const listener = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      if (Date.now() - firstAt > repeatMs) force();
      return;
    }
    firstAt = Date.now();
    onStopping?.(signal);
    controller.abort();
    settle(signal);
  };
  const names: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const name of names) process.on(name, listener);
  return {
    first: controller.signal,
    received,
    onSecond: (action: () => void) => (force = action),
    close: () => {
      for (const name of names) process.off(name, listener);
    },
  };
}
