/** Times and lengths of time as they are read: local, short, with UTC at hand. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `4m 12s`, `3h 05m`, `2d 4h`, `850ms`. Two units at most. */
export function lengthOf(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1000) return `${whole}ms`;
  if (whole < 10_000) return `${(whole / 1000).toFixed(1)}s`;
  if (whole < minuteMs) return `${Math.round(whole / 1000)}s`;
  if (whole < hourMs) return `${Math.floor(whole / minuteMs)}m ${pad(Math.floor((whole % minuteMs) / 1000))}s`;
  if (whole < dayMs) return `${Math.floor(whole / hourMs)}h ${pad(Math.floor((whole % hourMs) / minuteMs))}m`;
  return `${Math.floor(whole / dayMs)}d ${Math.floor((whole % dayMs) / hourMs)}h`;
}

/** `now`, `4m ago`, `in 3h`; days and more as a date. */
export function distanceOf(atMs: number, nowMs: number): string {
  const apart = Math.abs(nowMs - atMs);
  if (apart < 10_000) return 'now';
  if (apart >= 7 * dayMs) return dateOf(atMs);
  const text = apart < minuteMs ? `${Math.floor(apart / 1000)}s` : roughly(apart);
  return atMs > nowMs ? `in ${text}` : `${text} ago`;
}

function roughly(ms: number): string {
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)}m`;
  if (ms < dayMs) return `${Math.floor(ms / hourMs)}h`;
  return `${Math.floor(ms / dayMs)}d`;
}

const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const local = new Intl.DateTimeFormat(undefined, {
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

export function dateOf(atMs: number): string {
  return date.format(atMs);
}

export function localTime(atMs: number): string {
  return local.format(atMs);
}

export function clockTime(atMs: number): string {
  return clock.format(atMs);
}

export function utcTime(atMs: number): string {
  return `${new Date(atMs).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
