import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readCacao, readValidCacao } from '../../../cli/cacao/structure.ts';
import { isError } from '../../../domain/playbook/cacao/fault.ts';
import { chain, fixtures } from './documents.ts';

const labels = JSON.parse(readFileSync(join(fixtures, 'playbooks/labels.json'), 'utf8')) as {
  readonly [file: string]: { readonly problem: string | null };
};
const bundle = JSON.parse(readFileSync(join(import.meta.dirname, '../../../cli/cacao/schemas.json'), 'utf8')) as {
  readonly schemas: readonly unknown[];
};
const read = (file: string) => readCacao(readFileSync(join(fixtures, 'playbooks', file), 'utf8'), file);

describe('public playbooks', () => {
  it.each(Object.keys(labels).filter((file) => labels[file]?.problem === null))('%s is good, and passes', (file) => {
    expect(read(file).faults.filter(isError)).toEqual([]);
    expect(read(file).playbook).toBeDefined();
  });

  it.each([
    [
      'bad/invalid_email_playbook.json',
      'cacao-contact',
      '/agent_definitions/individual--6b23a237-ade8-4d00-9aa1-75999732d557/contact/email/work',
    ],
    ['bad/invalid_playbook.json', 'cacao-structure', '/agent_definitions/http-api--7e9174ec-a293-43df-a72d-471c79e276bf/type'],
    ['bad/missing_step_playbook.json', 'cacao-step-missing', '/workflow/action--2190f685-1857-44ac-ad0e-0ded6c6ef3ce/on_completion'],
  ])('%s is bad (%s), and is refused for what is wrong with it', (file, code, pointer) => {
    expect(labels[file]?.problem).toEqual(expect.any(String));
    expect(read(file).faults.filter(isError)).toContainEqual(
      expect.objectContaining({ code, pointer, expected: expect.stringMatching(/./) }),
    );
  });

  it('all have a label', () => {
    const files = ['good', 'bad'].flatMap((folder) => readdirSync(join(fixtures, 'playbooks', folder)).map((file) => `${folder}/${file}`));
    expect(files.toSorted()).toEqual(Object.keys(labels).toSorted());
  });
});

describe('the schemas that are used', () => {
  const bare = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(bare);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, entry]) => !((key === 'description' || key === 'title') && typeof entry === 'string'))
        .map(([key, entry]) => [key, bare(entry)]),
    );
  };

  it('are the published ones, without titles and descriptions', () => {
    const folder = join(fixtures, 'schemas');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
    const published = files.map((file) => bare(JSON.parse(readFileSync(join(folder, file), 'utf8'))));
    expect(files).toHaveLength(51);
    expect(bundle.schemas).toHaveLength(51);
    expect(bundle.schemas).toEqual(expect.arrayContaining(published));
  });
});

describe('the door', () => {
  it.each(['', '{', '[]', 'null', '1', '"playbook"', '{}', '{"type":"playbook"}', '{"__proto__":{}}'])('refuses `%s`', (text) => {
    expect(() => readValidCacao(text, 'x.json')).toThrow();
  });

  it('names each missing property', () => {
    const { name: _name, ...nameless } = chain();
    expect(readCacao(JSON.stringify(nameless), 'x').faults).toEqual([
      expect.objectContaining({ code: 'cacao-structure', pointer: '', message: expect.stringContaining('name') }),
    ]);
  });

  it('does not fall over what is nested thousands of levels deep', () => {
    const deep = JSON.stringify(chain()).replace(
      '"name":"Test playbook"',
      `"name":"x","signatures":[${'{"signature":'.repeat(50_000)}1${'}'.repeat(50_000)}]`,
    );
    expect(() => readValidCacao(deep, 'x')).toThrow(expect.objectContaining({ code: expect.stringMatching(/^(input|cacao)-invalid$/) }));
  });
});
