/** Goes through the chains of iptables as the kernel does, and reports what is accepted and refused, in order. */
import { type FilterRule, gatherUnread, type Unread, unreadable } from '../../import/filter.ts';
import { cutOutAll, isNowhere, meet, type Region } from '../../import/region.ts';
import { type IntervalSet, isSubset } from '../../intervals.ts';
import { type MatchContext, regionOfRule, tcpOnly } from './match.ts';
import type { IptablesRule, IptablesText } from './parse.ts';

/** As the kernel has it for legacy tables: a chain is never entered twice on one way, so that their number bounds the depth. */
type Walk = { readonly text: IptablesText; readonly context: MatchContext; readonly unread: Unread[] };

type Arriving = { readonly regions: readonly Region[]; readonly path: readonly string[] };

/** Targets that do something besides and let the packet go on. */
const passing = new Set(['LOG', 'NFLOG', 'ULOG', 'AUDIT', 'TRACE']);

/** What of the packets that arrive is decided, in order; what is left falls through to the caller. Lines that are not understood are gathered in `unread`. */
export function walkChain(walk: Walk, name: string, { regions, path }: Arriving): readonly FilterRule[] {
  const chain = walk.text.chains.get(name);
  if (chain === undefined) throw unreadable(`a jump to \`${name}\``, 'a chain that is there');
  if (path.includes(name)) throw unreadable(`chain \`${name}\` comes back to itself`);
  const found: FilterRule[] = [];
  let arriving = regions;
  for (const rule of chain.rules) {
    const place = { line: rule.line, text: rule.text };
    gatherUnread(walk.unread, place, () => {
      if (rule.verdict === undefined || passing.has(rule.verdict.target)) return;
      const region = regionOfRule(rule, walk.context);
      const matched = arriving.map((each) => meet(each, region)).filter((each) => !isNowhere(each));
      const { rules, left } = follow(walk, { rule, region, matched, arriving, path: [...path, name] });
      found.push(...rules);
      arriving = left;
    });
  }
  return found;
}

type Step = {
  readonly rule: IptablesRule;
  readonly region: Region;
  readonly matched: readonly Region[];
  readonly arriving: readonly Region[];
  readonly path: readonly string[];
};

function follow(
  walk: Walk,
  { rule, region, matched, arriving, path }: Step,
): { readonly rules: readonly FilterRule[]; readonly left: readonly Region[] } {
  const { target, goto, options } = rule.verdict ?? { target: '', goto: false, options: [] };
  const where = { line: rule.line, text: rule.text };
  const decide = (decision: 'allow' | 'deny') => ({ rules: matched.map((each) => ({ region: each, decision, where })), left: arriving });
  switch (target) {
    case 'ACCEPT':
      return decide('allow');
    case 'DROP':
      return decide('deny');
    case 'REJECT':
      checkReject(options[0]?.values[0], region);
      return decide('deny');
    case 'RETURN':
      return { rules: [], left: cutOutAll(arriving, [region]) };
    default: {
      const rules = walkChain(walk, target, { regions: matched, path });
      return { rules, left: goto ? cutOutAll(arriving, [region]) : arriving };
    }
  }
}

/** Only TCP can be reset; the kernel refuses such a rule for anything else. */
function checkReject(answer: string | undefined, region: Region): void {
  const service: IntervalSet | undefined = region['service'];
  if (answer === 'tcp-reset' && (service === undefined || !isSubset(service, tcpOnly)))
    throw unreadable('`REJECT --reject-with tcp-reset` on more than TCP');
}
