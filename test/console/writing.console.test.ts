/** Writing a playbook with its form at hand: actions, what they take, and names of what came before are offered where the cursor is. */
import { expect } from '@jest/globals';
import { checkScreen, describeConsole, it } from './browser.ts';

describeConsole('writing a playbook', (open) => {
  it('offers actions by what was begun, and names of inputs within an expression', async () => {
    const page = await open('engineer', '/write');
    const editor = page.getByRole('textbox', { name: /The playbook, to be written/u });
    await editor.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('  - id: cut\naction: network.isol', { delay: 20 });
    const offered = page.locator('.cm-tooltip-autocomplete');
    await offered.getByText('network.isolate').first().waitFor();
    await checkScreen(page, 'playbook-completion');
    await offered.getByText('network.isolate').first().click();
    await editor.getByText('action: network.isolate').waitFor();
    await page.keyboard.type("\nwith: { asset: '${inputs.h", { delay: 20 });
    const host = offered.getByText('inputs.host').first();
    await host.waitFor();
    // Right after a key, before the list would have been asked for again.
    await page.keyboard.type('o');
    await host.dispatchEvent('mousedown');
    await editor
      .getByText(/\$\{inputs\.host/u)
      .first()
      .waitFor();
    expect(await editor.innerText()).toMatch(
      /asset: '\$\{inputs\.host.*\n?.*action: network\.isolate|action: network\.isolate[\s\S]*inputs\.host/u,
    );
  });
});
