/**
 * The cookies of signing in, as RFC 6265bis has them: the prefix `__Host-` makes browsers take them from this host alone, for every path,
 * over TLS or from this machine. No script reads them. A request with two of one name is a request with none.
 */
export const sessionCookie = '__Host-edict';
export const oidcCookie = '__Host-edict-oidc';

type SameSite = 'Strict' | 'Lax';

export function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  const value = found.length === 1 ? found[0]?.slice(name.length + 1) : undefined;
  return value !== undefined && /^[A-Za-z0-9_.~-]{1,2000}$/u.test(value) ? value : undefined;
}

export function setCookie(
  name: string,
  value: string,
  { maxAgeMs, sameSite }: { readonly maxAgeMs: number; readonly sameSite: SameSite },
): string {
  return `${name}=${value}; Path=/; Max-Age=${Math.ceil(maxAgeMs / 1000)}; Secure; HttpOnly; SameSite=${sameSite}`;
}

export function clearCookie(name: string): string {
  return `${name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict`;
}
