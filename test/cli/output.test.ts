import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { padded, shortDigest, table, when } from '../../cli/output.ts';

describe('table', () => {
  it('is as wide as its content, and pads no last column', () => {
    const rows = [
      ['a', 'long one', 'x'],
      ['bbb', 'c', ''],
    ];
    expect(table(['ID', 'NAME', 'WHAT'], rows, 'none')).toBe('ID   NAME      WHAT\na    long one  x\nbbb  c');
  });

  it('says what to do where there is nothing', () => {
    expect(table(['ID'], [], 'nothing yet')).toBe('nothing yet');
  });

  it('lines up wide and combining characters', () => {
    const lines = table(
      ['NAME', 'X'],
      [
        ['支払い', '1'],
        ['e\u0301', '2'],
        ['👍', '3'],
      ],
      '',
    ).split('\n');
    const columns = lines.map((line) =>
      stringWidth(line.slice(0, Math.max(...['X', '1', '2', '3'].map((mark) => line.lastIndexOf(mark))))),
    );
    expect(new Set(columns)).toEqual(new Set([8]));
  });

  it('shows no control character of a cell', () => {
    expect(table(['T'], [['\u001B[2Jevil\nline']], '')).toBe('T\n\uFFFD[2Jevil line');
  });

  it('cuts the last column to a terminal, by columns and not by characters', () => {
    const [, row = ''] = table(['ID', 'TITLE'], [['1', '支払いサービスの異常な通信を検知しました']], '', 24).split('\n');
    expect(stringWidth(row)).toBeLessThanOrEqual(24);
    expect(row).toMatch(/…$/u);
  });

  it('never cuts what is piped', () => {
    const long = 'x'.repeat(500);
    expect(table(['T'], [[long]], '', undefined)).toContain(long);
  });

  it('becomes blocks of lines where a terminal is too narrow', () => {
    expect(
      table(
        ['ID', 'TITLE'],
        [
          ['run-1234567890', 'a title of some length'],
          ['2', 'b'],
        ],
        '',
        24,
      ),
    ).toBe('ID     run-1234567890\nTITLE  a title of some length\n\nID     2\nTITLE  b');
  });
});

it('pads by columns', () => {
  expect(padded('支', 4)).toBe('支  ');
  expect(padded('longer', 2)).toBe('longer');
});

it('shortens a digest, and nothing that is short', () => {
  expect(shortDigest(`sha256:${'a'.repeat(64)}`)).toBe(`sha256:${'a'.repeat(12)}…`);
  expect(shortDigest('short')).toBe('short');
});

it('says a time to the second', () => {
  expect(when('2026-11-25T18:50:28.728868Z')).toBe('2026-11-25 18:50:28Z');
  expect(when('2026-11-25T18:50:28+01:00')).toBe('2026-11-25T18:50:28+01:00');
  expect(when(undefined)).toBe('');
});
