/** The frameworks that Edict knows, on which terms, and what it may tell of each: where a text is not free, ids alone. */
import { catalogue, controls } from './controls.ts';
import { outcomes } from './outcomes.ts';

export type Framework = {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly licence: string;
  readonly about: string;
};

export type KnownControl = {
  /** `nist-800-53r5:ac-4` */
  readonly control: string;
  readonly framework: string;
  /** Empty where the framework's text is not free, or the control is not known. */
  readonly title: string;
  /** Other controls whose evidence counts for this one. */
  readonly via: readonly string[];
};

const csf = 'nist-csf-2.0';
const publicDomain = 'public domain: a work of the United States Government (17 U.S.C. 105)';

export const frameworks: readonly Framework[] = [
  {
    id: catalogue,
    title: 'NIST SP 800-53 revision 5',
    source: 'https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final',
    licence: publicDomain,
    about:
      'The controls that policies, playbooks, approvals, the audit chain and enforcement points bear on; all others are somebody else’s.',
  },
  {
    id: csf,
    title: 'NIST Cybersecurity Framework 2.0',
    source: 'https://doi.org/10.6028/NIST.CSWP.29',
    licence: publicDomain,
    about: 'Outcomes, seen through the controls of SP 800-53. Which ones is Edict’s own reading.',
  },
  {
    id: 'pci-dss-4.0.1',
    title: 'PCI DSS 4.0.1',
    source: 'https://www.pcisecuritystandards.org/document_library/',
    licence: 'copyright of the PCI Security Standards Council: ids alone, as policies and playbooks cite them',
    about: 'Requirements that policies and playbooks cite. Their text is not free: read it at its source.',
  },
];

/** Where a citation names no framework. */
export const unsorted = 'unsorted';

export function frameworkOf(control: string): string {
  const end = control.indexOf(':');
  return end > 0 ? control.slice(0, end) : unsorted;
}

/** Also of one that is known by its citations alone. */
export function frameworkNamed(id: string): Framework {
  const known = frameworks.find((framework) => framework.id === id);
  if (known !== undefined) return known;
  const about = id === unsorted ? 'Citations that name no framework.' : 'Known by the citations of policies and playbooks alone.';
  return { id, title: id, source: '', licence: 'not known: ids alone', about };
}

const known: ReadonlyMap<string, KnownControl> = new Map(
  [
    ...Object.entries(controls).map(([id, title]) => ({ id, title, framework: catalogue, via: [] as readonly string[] })),
    ...Object.entries(outcomes).map(([id, { title, via }]) => ({
      id,
      title,
      framework: csf,
      via: via.map((one) => `${catalogue}:${one}`),
    })),
  ].map(({ id, ...control }) => [`${control.framework}:${id}`, { control: `${control.framework}:${id}`, ...control }]),
);

/** What is known, and what is cited, each once, by id. */
export function allControls(cited: Iterable<string>): readonly KnownControl[] {
  const all = new Map(known);
  for (const control of cited) {
    if (!all.has(control)) all.set(control, { control, framework: frameworkOf(control), title: '', via: [] });
  }
  return [...all.values()].toSorted((a, b) => byId(a.control, b.control));
}

/** `ac-5` before `ac-17`: numbers by their value. The same order everywhere: no locale is asked. */
function byId(a: string, b: string): number {
  const [left, right] = [idKey(a), idKey(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function idKey(control: string): string {
  return control.replaceAll(/\d+/gu, (digits) => digits.padStart(6, '0'));
}
