// A package of the Debian or Ubuntu that we run on, as root; its signature and its version are the distribution's.
import { run } from './run.mjs';

let listed = false;

export async function installApt({ pin, progress }) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error(`it is the distribution's package \`${pin.package}\`: install it as root`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (!listed) await run('apt-get', ['update', '-qq'], { env });
  listed = true;
  progress.update(pin.package);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', pin.package], { env });
}
