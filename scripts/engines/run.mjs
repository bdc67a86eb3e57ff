// Runs one step of an installation; its output is shown only when it fails.
import { spawn } from 'node:child_process';

const tailLines = 12;

export async function run(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const tail = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      tail.push(...text.split('\n').filter((line) => line.trim() !== ''));
      tail.splice(0, tail.length - tailLines);
    });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`\`${[command, ...args].join(' ')}\` failed:\n  ${tail.join('\n  ')}`);
}
