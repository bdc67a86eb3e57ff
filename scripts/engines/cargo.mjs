// A Rust program built with the lock file that its crate was published with.
import { run } from './run.mjs';

export async function installCargo({ pin, folder, progress }) {
  progress.update('its crate is compiled');
  const features = ['--features', pin.features.join(',')];
  await run('cargo', ['install', '--locked', '--quiet', '--root', folder, ...features, '--version', pin.version, pin.package]);
}
