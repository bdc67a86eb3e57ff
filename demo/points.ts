/** The enforcement points of the demo. OPA's own is there from the first start of the embedded form. */
import type { Story } from './story.ts';

export const firewallPoint = 'fw-1';

/** Adds the firewall of the lab, where there is one. */
export async function addFirewall(story: Story): Promise<void> {
  const { lab } = story;
  if (lab === undefined) return;
  const settings = { exec: lab.firewallExec, prober: { from: lab.clientExec, to: lab.serverExec } };
  await story.as('admin').call('points.put', { body: { name: firewallPoint, kind: 'nftables', settings } });
}
