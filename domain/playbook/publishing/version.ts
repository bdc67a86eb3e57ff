/** Versions of playbooks, `major.minor.patch`, and ranges of them: exact, or with `x` for whatever is newer (`1.x`, `1.2.x`). */

/** Negative where `a` is older than `b`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** Without a range, every version fits. */
export function fitsRange(version: string, range: string | undefined): boolean {
  if (range === undefined) return true;
  const wanted = range.split('.');
  const given = version.split('.');
  return wanted.every((part, index) => part === 'x' || part === given[index]);
}

/** The newest of those that fit. */
export function newestOf<T extends { readonly version: string }>(all: Iterable<T>, range?: string): T | undefined {
  let newest: T | undefined;
  for (const one of all)
    if (fitsRange(one.version, range) && (newest === undefined || compareVersions(one.version, newest.version) > 0)) newest = one;
  return newest;
}

/** The smallest step up. */
export function nextVersion(version: string): string {
  const [major = 0, minor = 0, patch = 0] = numbersOf(version);
  return `${major}.${minor}.${patch + 1}`;
}

const numbersOf = (version: string): readonly number[] => version.split('.').map(Number);
