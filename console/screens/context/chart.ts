/** What a chart of ECharts needs in this console: a room that it can empty, and colours of the theme. */

/** The library empties its room by `innerHTML = ''`, which Trusted Types refuse as they refuse all HTML from text. */
export function emptiedByNodes(element: HTMLDivElement): HTMLDivElement {
  return Object.defineProperty(element, 'innerHTML', {
    configurable: true,
    set: () => {
      element.replaceChildren();
    },
  });
}

export type Token = (name: string) => string;

export function tokenOf(element: HTMLElement | null): Token {
  const style = getComputedStyle(element ?? document.documentElement);
  return (name) => style.getPropertyValue(name).trim();
}

/** As text: HTML from names is nothing that this page makes. */
export function tooltipOf(token: Token) {
  return {
    renderMode: 'richText' as const,
    backgroundColor: token('--raised'),
    borderColor: token('--line-strong'),
    textStyle: { color: token('--ink'), fontSize: 12 },
  };
}
