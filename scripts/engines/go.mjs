// A program built from the Go module that pins it (tools/): every source is checked against go.sum.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { build, findGo } from '../engines-build.mjs';

export async function installGo({ pin, folder, progress }) {
  const go = findGo();
  if (go === undefined) throw new Error('there is no Go to build it with');
  const [program] = pin.programs;
  mkdirSync(join(folder, 'bin'));
  await build({
    pin: { module: pin.module, programs: { [program]: { package: pin.package } } },
    program,
    output: join(folder, 'bin', program),
    progress,
    go,
  });
}
