/** Run by a test as a user without rights: the whole way from a laboratory to a probe. Prints what it found as JSON. */
import { openNftables } from '../../../connectors/nftables/connect.ts';
import { createLab } from '../../../connectors/nftables/lab.ts';
import { artifacts, payments, stranger } from '../policies.ts';
import { spawnSync } from 'node:child_process';

const lab = await createLab({ name: `user-${process.pid}` });
if (!lab.supported) throw new Error(lab.reason);
try {
  const settings = { exec: lab.firewallExec, prober: { from: lab.clientExec, to: lab.serverExec } };
  const connector = openNftables({ name: 'fw-1', kind: 'nftables', settings }, { artifacts: async () => undefined });
  const { observed } = await connector.apply({ artifact: artifacts('nftables').strict, isolations: [] }, 'user/1');
  const [passes, refused] = [await connector.probe(payments[4]), await connector.probe(stranger[6])];
  const [file, ...args] = [...lab.firewallExec, 'nft', 'flush', 'table', 'inet', 'edict_policy'];
  spawnSync(file, args, { env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` } });
  const afterFlush = (await connector.observe()).intact;
  const found = {
    uid: process.getuid?.(),
    mode: lab.mode,
    intact: observed.intact,
    payments: passes.decision,
    stranger: refused.decision,
    afterFlush,
  };
  process.stdout.write(JSON.stringify(found));
} finally {
  await lab.destroy();
}
