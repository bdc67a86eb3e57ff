/**
 * After the bundle is written: each text file beside itself as gzip and Brotli, for the server to send as they are; and the size of what the
 * first screen loads, which fails the build where it is over its budget.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

const firstScreenBytesMost = 400 * 1024;
const firstScreen = 'screens/overview/overview.tsx';

export function buildChecks(): Plugin {
  return {
    name: 'edict-build-checks',
    apply: 'build',
    writeBundle: ({ dir = '' }, bundle) => {
      const sizes = new Map<string, number>();
      for (const name of Object.keys(bundle)) if (/\.(?:js|css|html|svg|csv|log)$/u.test(name)) sizes.set(name, compress(join(dir, name)));
      const loaded = loadedFirst(bundle);
      const bytes = loaded.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
      const text = `first screen: ${(bytes / 1024).toFixed(0)} KB gzip in ${loaded.length} files, of ${firstScreenBytesMost / 1024} KB`;
      if (bytes > firstScreenBytesMost) throw new Error(`${text}: load it with the screen that needs it`);
      process.stdout.write(`${text}\n`);
    },
  };
}

/** Size as gzip. */
function compress(path: string): number {
  const bytes = readFileSync(path);
  const gzip = gzipSync(bytes, { level: 9 });
  writeFileSync(`${path}.gz`, gzip);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }));
  return gzip.length;
}

/** The entry and the first screen, with all that they import and their styles. */
function loadedFirst(bundle: Rolldown.OutputBundle): readonly string[] {
  const chunks = Object.values(bundle).filter((one) => one.type === 'chunk');
  const open = chunks
    .filter(({ isEntry, facadeModuleId }) => isEntry || facadeModuleId?.endsWith(firstScreen) === true)
    .map(({ fileName }) => fileName);
  const names = new Set<string>(['index.html']);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    const chunk = chunks.find(({ fileName }) => fileName === name);
    const meta = chunk as { readonly viteMetadata?: { readonly importedCss: ReadonlySet<string> } } | undefined;
    for (const css of meta?.viteMetadata?.importedCss ?? []) names.add(css);
    open.push(...(chunk?.imports ?? []));
  }
  return [...names];
}
