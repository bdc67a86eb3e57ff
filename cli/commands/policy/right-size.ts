/** `edict policy right-size`: AWS permissions cut down to what CloudTrail says was used; on files, without a server. */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { EdictError } from '../../../domain/errors.ts';
import { parseIamDocument } from '../../../domain/policy/iam/parse-document.ts';
import { iamDocumentJson } from '../../../domain/policy/iam/print-document.ts';
import { rightSize } from '../../../domain/policy/iam/right-size.ts';
import { type UsedRequest, usageOf } from '../../../domain/policy/iam/usage.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { fileFault } from '../../fault.ts';
import { readFileText } from '../../input.ts';
import { answer, table } from '../../output.ts';

type Flags = { readonly events: readonly string[]; readonly principal?: string; readonly out?: string };

export const addPolicyRightSize: AddCommands = (policy) => {
  policy.addCommand(
    new Command('right-size')
      .description('find AWS permissions that nobody used, and propose policies without them: with a replay, and what they allow less')
      .argument('<documents...>', "a principal's identity policies, as AWS's JSON")
      .requiredOption('--events <files...>', "CloudTrail's files")
      .option('--principal <arn>', 'look only at its requests; every request unless told')
      .option('--out <folder>', 'write the proposed documents there; none of them may exist yet')
      .addHelpText(
        'after',
        example('policy right-size deployer.json --events trail/*.json --principal arn:aws:iam::123456789012:user/deployer'),
      )
      .action(async function act(this: Command, documents: string[], flags: Flags) {
        const read = await Promise.all(documents.map(async (path) => parseIamDocument(await readFileText(path))));
        const used = (await usedAt(flags.events)).filter(
          (request) => flags.principal === undefined || request.principal?.name === flags.principal,
        );
        const sized = rightSize(read, used);
        const proposed = sized.proposed.map(iamDocumentJson);
        if (flags.out !== undefined) await write(flags.out, documents, proposed);
        const { grants, replay, comparison } = sized;
        const unexplained = sized.unexplained.length;
        answer(globals(this), { documents, grants, replay, unexplained, comparison, proposed }, words);
      }),
  );
};

async function usedAt(paths: readonly string[]): Promise<readonly UsedRequest[]> {
  const found: UsedRequest[] = [];
  for (const path of paths) {
    for (const record of recordsOf(await readFileText(path), path)) {
      const usage = usageOf(record);
      if (!('skipped' in usage)) found.push(...usage);
    }
  }
  return found;
}

/** A file of CloudTrail's, a list of records, or a record a line. */
function recordsOf(text: string, path: string): readonly unknown[] {
  const lines = text.trim().split('\n');
  try {
    const whole: unknown =
      lines.length > 1 && lines.every((line) => line.startsWith('{') && line.endsWith('}')) ? lines.map(parse) : parse(text);
    const records: unknown = Array.isArray(whole) ? whole : (whole as { readonly Records?: unknown } | null)?.Records;
    if (Array.isArray(records)) return records;
  } catch (cause) {
    throw new EdictError('log-invalid', `\`${path}\` is not JSON`, { where: path, cause });
  }
  throw new EdictError('log-invalid', `\`${path}\` holds no records of CloudTrail`, {
    where: path,
    expected: '`Records`, or a record a line',
  });
}

function parse(text: string): unknown {
  return JSON.parse(text) as unknown;
}

async function write(folder: string, documents: readonly string[], proposed: readonly unknown[]): Promise<void> {
  for (const [index, document] of documents.entries()) {
    const path = join(folder, basename(document));
    try {
      await writeFile(path, `${JSON.stringify(proposed[index], null, 2)}\n`, { flag: 'wx' });
    } catch (error) {
      throw fileFault(error, path) ?? error;
    }
  }
}

type Sized = Pick<ReturnType<typeof rightSize>, 'grants' | 'replay' | 'comparison'> & {
  readonly documents: readonly string[];
  readonly unexplained: number;
};

function words({ documents, grants, replay, unexplained, comparison }: Sized): string {
  const rows = grants.map(({ document, where, action, used, actions }) => [
    basename(documents[document] ?? ''),
    where,
    action,
    used === 0 ? 'never' : String(used),
    actions.map((each) => each.action).join(' '),
  ]);
  const less = comparison.first === undefined ? 'nothing' : `for example ${comparison.first.action} on ${comparison.first.resource}`;
  return [
    table(['document', 'statement', 'grant', 'used', 'actions'], rows, 'no statement allows anything'),
    `replay: ${replay.requests} recorded requests, ${replay.cutOff.length} cut off; ${unexplained} are allowed by none of these documents`,
    `the proposed documents allow less: ${less}`,
  ].join('\n');
}
