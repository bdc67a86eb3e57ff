/** Whether a key press is meant for a text, a choice or a dialog (which keeps the focus while it is open), and not for the screen. */
const own = 'input:not([type="checkbox"]), textarea, select, [role="textbox"], [role="listbox"], [role="dialog"], [role="menu"]';

export function inText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // An editor has a root of its own: the page sees its host alone.
  if (target.shadowRoot !== null && inText(target.shadowRoot.activeElement)) return true;
  return target.isContentEditable || target.closest(own) !== null;
}
