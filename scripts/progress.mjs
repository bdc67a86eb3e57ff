// Progress on standard error: one line that is rewritten on a terminal, a line every ten seconds elsewhere. Never silence.
const quietMs = 10_000;

export function duration(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function megabytes(bytes) {
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}

export function say(text) {
  process.stderr.write(`edict: ${text}\n`);
}

/** `update` tells how far it is, `done` ends it with a last word. The clock runs on by itself. */
export function startProgress(what) {
  const began = Date.now();
  const terminal = process.stderr.isTTY === true;
  let detail = '';
  const line = () => `edict: ${what}${detail === '' ? '' : `: ${detail}`} (${duration(Date.now() - began)})`;
  const show = () => process.stderr.write(terminal ? `\r\u001b[K${line()}` : `${line()}\n`);
  say(`${what} …`);
  const timer = setInterval(show, terminal ? 500 : quietMs);
  timer.unref();
  return {
    update: (text) => {
      detail = text;
    },
    done: (text) => {
      clearInterval(timer);
      process.stderr.write(`${terminal ? '\r\u001b[K' : ''}edict: ${what}: ${text} (${duration(Date.now() - began)})\n`);
    },
  };
}
