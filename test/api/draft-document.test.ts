import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { draftDocument, nameFor } from '../../api/draft-document.ts';
import { Name } from '../../api/contract/values.ts';

describe('a draft from a requirement', () => {
  it('is named by the words that carry the meaning', () => {
    expect(nameFor('Only the payments service may connect to the cardholder database on port 5432.')).toBe(
      'payments-service-cardholder-database',
    );
  });

  it('has a usable name whatever the text is', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(Name.safeParse(nameFor(text)).success).toBe(true)));
  });

  it('keeps the sentence as it was written and decides nothing', () => {
    const document = draftDocument({ policy: 'p', requirement: '  Nobody may use SSH.\nReally nobody.  ', owner: 'o' });
    expect(document.requirements).toEqual([{ id: 'r1', text: 'Nobody may use SSH.\nReally nobody.' }]);
    expect(document.title).toBe('Nobody may use SSH.');
    expect(document.rules).toEqual([]);
  });

  it('of a text that says nothing is refused', () => {
    expect(() => draftDocument({ policy: 'p', requirement: ' … \n ', owner: 'o' })).toThrow(
      expect.objectContaining({ code: 'requirement-empty' }),
    );
  });
});
