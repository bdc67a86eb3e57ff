/** Whether a key press is meant for a text, a choice or a dialog, and not for the screen. */
export function inText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target.closest('input:not([type="checkbox"]), textarea, select, [role="textbox"], [role="listbox"]') !== null
  )
    return true;
  return document.querySelector('[role="dialog"], [role="menu"]') !== null;
}
