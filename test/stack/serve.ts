/** A supervisor as a process of its own, for tests that end it: serves in the foreground, says each event as a line of JSON. */
import { serveStack } from '../../stack/foreground.ts';
import type { PartName } from '../../stack/parts.ts';

const [dataDir = '', processes = '', apiPort] = process.argv.slice(2);
const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const ending = await serveStack({
    dataDir,
    processes: processes.split(',') as PartName[],
    apiPort: apiPort === undefined ? undefined : Number(apiPort),
    onProgress: say,
    onReady: (stack) => say({ ready: true, pids: stack.pids(), database: stack.addresses.database }),
  });
  say({ ending: ending.signal ?? ending.error?.message });
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  say({ failed: code ?? 'defect', message });
  process.exitCode = 1;
}
