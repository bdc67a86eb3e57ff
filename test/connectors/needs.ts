/** Runs tests where what they need is there. Elsewhere they are skipped with what to install; with CI set, they fail. */
import { spawnSync } from 'node:child_process';
import { describe, it, jest } from '@jest/globals';
import { hasEngine } from '../stack/fixture.ts';

type Need = 'opa' | 'lab' | 'lab without root' | 'moto';

/** The program that speaks AWS's protocols. */
export const moto = 'moto_server';

const missing: Record<Need, () => string | undefined> = {
  moto: () => (spawnSync(moto, ['--help']).status === 0 ? undefined : 'moto is not installed: pip install "moto[server]"'),
  opa: () => (hasEngine('opa') ? undefined : 'OPA is not installed: run `npm run setup`'),
  lab: () => noProgram('nft', 'nftables') ?? noProgram('ip', 'iproute2') ?? noNamespaces(),
  'lab without root': () => missing.lab() ?? (process.getuid?.() === 0 ? noProgram('setpriv', 'util-linux') : undefined),
};

export function needs(need: Need, tests: () => void): void {
  // Engines are started, and machines are busy.
  jest.setTimeout(60_000);
  const reason = missing[need]();
  if (reason === undefined) return tests();
  if (process.env['CI'])
    describe(need, () =>
      it(`is there (${reason})`, () => {
        throw new Error(reason);
      }),
    );
  else describe.skip(`${need}: ${reason}`, () => it('is skipped', () => undefined));
}

function noProgram(program: string, debianPackage: string): string | undefined {
  const found = spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin"; command -v ${program}`]).status === 0;
  return found ? undefined : `\`${program}\` is not installed: apt-get install ${debianPackage}`;
}

function noNamespaces(): string | undefined {
  const allowed = spawnSync('unshare', process.getuid?.() === 0 ? ['-n', 'true'] : ['-rnm', 'true']).status === 0;
  return allowed ? undefined : 'this machine allows no network namespaces (run as root, or allow unprivileged user namespaces)';
}
