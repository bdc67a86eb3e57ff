import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isolationComment, isolationTable } from '../../../connectors/nftables/isolation-table.ts';
import { contentDigest, countersOf, parseListing } from '../../../connectors/nftables/listing.ts';
import { readSeal, sealTable, type Seal } from '../../../connectors/nftables/seal.ts';
import { digestOf } from '../../../domain/digest.ts';

const listing = `table inet edict_policy {
	comment "edict artifact sha256:1"
	chain forward {
		type filter hook forward priority filter; policy accept;
		counter packets 12 bytes 720 accept comment "p/payments"
	}
}
table ip theirs {
}
table inet edict_isolation {
	chain from_1 {
		counter packets 3 bytes 180 drop comment "isolation r/i/1"
	}
}
`;

describe('a listing of the ruleset', () => {
  it('is read by tables, those of others by name', () => {
    const parsed = parseListing('fw-1', listing);
    expect(parsed).toMatchObject({ policy: expect.stringContaining('p/payments'), seal: undefined, others: ['ip theirs'] });
    expect(countersOf(parsed.isolation)).toEqual([{ packets: 3, bytes: 180, comment: 'isolation r/i/1' }]);
  });

  it('has the same digest however much was counted, and another for any other change', () => {
    const digest = (text: string) => contentDigest(parseListing('fw-1', text));
    expect(digest(listing.replace('packets 12 bytes 720', 'packets 99 bytes 1'))).toBe(digest(listing));
    expect(digest(listing.replace('table ip theirs', 'table ip others'))).toBe(digest(listing));
    for (const change of [
      listing.replace('policy accept', 'policy drop'),
      listing.replace(' accept comment', ' drop comment'),
      listing.replace('from_1', 'from_2'),
    ]) {
      expect(digest(change)).not.toBe(digest(listing));
    }
  });

  it('that was cut off anywhere inside a table is refused, not taken for a change', () => {
    const whole = parseListing('fw-1', listing);
    for (let length = 1; length < listing.length; length += 1) {
      try {
        const cut = parseListing('fw-1', listing.slice(0, length));
        // Only between tables can a cut go unnoticed here; then the seal is missing.
        expect([whole.policy, undefined]).toContain(cut.policy);
        expect([whole.isolation, undefined]).toContain(cut.isolation);
      } catch (error) {
        expect(error).toMatchObject({ code: 'enforcement-point-unreachable' });
      }
    }
  });
});

/** As nft lists what it was given. */
const asListed = (text: string) => text.replaceAll('    ', '\t\t').replaceAll('  chain', '\tchain').replaceAll('  }', '\t}');

describe('the seal', () => {
  const seal = fc.record({
    key: fc.string({ maxLength: 300, unit: 'grapheme' }),
    keys: fc.array(fc.string({ maxLength: 200 }), { maxLength: 40 }),
  });

  it('gives back what it was made of', () => {
    fc.assert(
      fc.property(seal, ({ key, keys }) => {
        const isolations = keys.map((each) => ({ key: each, addresses: ['10.0.0.1'], allow: [] }));
        const made: Seal = {
          format: 1,
          applied: { key, artifact: 'sha256:1', isolations, before: { artifact: 'sha256:0', isolations } },
          content: digestOf(key),
        };
        expect(readSeal(asListed(sealTable(made)))).toEqual(made);
      }),
    );
  });

  it('is none after any character of it was changed', () => {
    const before = { artifact: undefined, isolations: [] };
    const text = sealTable({ format: 1, applied: { key: 'k', ...before, before }, content: digestOf('x') });
    const comments = [...text.matchAll(/comment "([^"]+)"/gu)];
    for (const comment of comments) {
      const at = comment.index + 'comment "'.length + 10;
      const other = text[at] === 'a' ? 'b' : 'a';
      expect(readSeal(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
    }
    expect(readSeal(text.replace(/\n.*continue comment "[^"]*"\n {2}\}/u, '\n  }'))).toBeUndefined();
    expect(readSeal(undefined)).toBeUndefined();
  });
});

describe('the isolation table', () => {
  it('stands in front of the policy, and sends what a host sends and gets through its isolation', () => {
    expect(isolationTable([{ key: 'r/i/1', addresses: ['10.0.0.7', '2001:db8::7'], allow: ['10.7.0.0/16'] }]))
      .toBe(`table inet edict_isolation {
  chain from_1 {
    ip daddr 10.7.0.0/16 return
    counter drop comment "isolation r/i/1"
  }
  chain to_1 {
    ip saddr 10.7.0.0/16 return
    counter drop comment "isolation r/i/1"
  }
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    ip saddr 10.0.0.7/32 jump from_1
    ip daddr 10.0.0.7/32 jump to_1
    ip6 saddr 2001:db8::7/128 jump from_1
    ip6 daddr 2001:db8::7/128 jump to_1
  }
}
`);
  });

  it('lets no key break out of its comment', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'binary-ascii' }), (key) => {
        const comment = isolationComment(key);
        return /^isolation [A-Za-z0-9/._:[\]-]*$/u.test(comment) && comment.length <= 120;
      }),
    );
  });
});
