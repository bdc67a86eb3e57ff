import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLab, destroyLab, findLab, type Lab, type LabMode } from '../../../connectors/nftables/lab.ts';
import { needs } from '../needs.ts';

const modes: readonly LabMode[] = process.getuid?.() === 0 ? ['netns', 'keeper'] : ['keeper'];
const environment = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };

function inside(prefix: readonly string[], ...command: readonly string[]): string {
  const [file = 'false', ...args] = [...prefix, ...command];
  return execFileSync(file, args, { encoding: 'utf8', env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function made(name: string, mode: LabMode): Promise<Lab> {
  const lab = await createLab({ name, modes: [mode] });
  if (!lab.supported) throw new Error(lab.reason);
  return lab;
}

/** Everything on the machine that bears the lab's name. */
function leftovers(name: string): string {
  const namespaces = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8', env: environment }).stdout;
  const processes = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout;
  return [
    ...namespaces.split('\n').filter((line) => line.startsWith(`edict-${name}-`)),
    ...processes.split('\n').filter((line) => line.includes(`edict-lab:${name}`)),
  ].join('\n');
}

needs('lab', () => {
  describe.each(modes)('a laboratory (%s)', (mode) => {
    const name = `t-${mode}-${process.pid}`;
    afterEach(async () => {
      await destroyLab(name);
      await destroyLab(`${name}-2`);
    });

    it('is found again by its name, and made only once', async () => {
      const lab = await made(name, mode);
      const again = await made(name, mode);
      expect(again.firewallExec).toEqual(lab.firewallExec);
      expect((await findLab(name))?.mode).toBe(mode);
    });

    it('leaves nothing behind when it is destroyed, and may be destroyed twice', async () => {
      const lab = await made(name, mode);
      expect(leftovers(name)).not.toBe('');
      await lab.destroy();
      await lab.destroy();
      expect(await findLab(name)).toBeUndefined();
      expect(leftovers(name)).toBe('');
    });

    it('ends the processes that still run in it', async () => {
      const lab = await made(name, mode);
      const [file, ...args] = [...lab.clientExec, 'sh', '-c', 'sleep 300 >/dev/null 2>&1 & echo started'];
      execFileSync(file, args, { env: environment });
      await lab.destroy();
      expect(leftovers(name)).toBe('');
    });

    it('outlives the process that made it', async () => {
      const program = `import { createLab } from ${JSON.stringify(fileURLToPath(new URL('../../../connectors/nftables/lab.ts', import.meta.url)))};
        const lab = await createLab({ name: ${JSON.stringify(name)}, modes: [${JSON.stringify(mode)}] });
        if (!lab.supported) throw new Error(lab.reason);
        process.kill(process.pid, 'SIGKILL');`;
      const ended = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], { encoding: 'utf8' });
      expect(ended.signal).toBe('SIGKILL');
      const found = await findLab(name);
      expect(inside(found?.firewallExec ?? ['false'], 'ip', '-o', 'link')).toMatch(/\bcl\b[\s\S]*\bsv\b/u);
    });

    it('is made where an earlier try was killed half-way', async () => {
      if (mode === 'netns') inside([], 'ip', 'netns', 'add', `edict-${name}-fw`);
      expect(await findLab(name)).toBeUndefined();
      const lab = await made(name, mode);
      expect(inside(lab.firewallExec, 'ip', '-o', 'link')).toContain('sv');
    });

    it('is apart from another one', async () => {
      const [one, other] = [await made(name, mode), await made(`${name}-2`, mode)];
      inside(one.firewallExec, 'nft', 'add', 'table', 'inet', 'only_here');
      expect(inside(other.firewallExec, 'nft', 'list', 'ruleset')).toBe('');
      await other.destroy();
      expect(inside(one.firewallExec, 'nft', 'list', 'tables')).toContain('only_here');
    });
  });

  describe('where there is no way to a laboratory', () => {
    it('says why', async () => {
      expect(await createLab({ name: 'none', modes: [] })).toMatchObject({ supported: false });
      await expect(createLab({ name: 'a b; rm -rf /' })).rejects.toMatchObject({ code: 'input-invalid' });
    });
  });
});
