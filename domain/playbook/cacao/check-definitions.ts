/** What steps name besides steps: agents, targets, extensions, markings, log-ins. And the parts that a person or a machine has to be able to use: contacts, commands, times. */
import type { Json } from '../../json.ts';
import { pointerOf, type CacaoFault, type CacaoFaultCode } from './fault.ts';
import { ownEntry, textCommandTypes, type CacaoAgentTarget, type CacaoCommand, type CacaoPlaybook } from './model.ts';

type Found = { readonly code: CacaoFaultCode; readonly message: string; readonly expected: string; readonly severity?: 'warning' };

export function checkDefinitions(playbook: CacaoPlaybook): readonly CacaoFault[] {
  return [
    ...checkSteps(playbook),
    ...checkAgents(playbook),
    ...checkTimes(playbook),
    ...checkSecrets(playbook),
    ...checkMarkings(playbook),
  ];
}

const fault = (found: Found, ...path: readonly (string | number)[]): CacaoFault => ({
  severity: 'error',
  ...found,
  pointer: pointerOf(...path),
  ...(path[0] === 'workflow' ? { step: String(path[1]) } : {}),
});

const undefinedIn = (what: string, id: string, where: string): Found => ({
  code: 'cacao-definition-missing',
  message: `${what} \`${id}\` is not defined`,
  expected: `an entry of \`${where}\``,
});

function checkSteps(playbook: CacaoPlaybook): readonly CacaoFault[] {
  const { agent_definitions: agents, target_definitions: targets, extension_definitions: extensions } = playbook;
  return Object.entries(playbook.workflow).flatMap(([id, step]) => [
    ...Object.keys(step.step_extensions ?? {}).flatMap((extension) =>
      ownEntry(extensions, extension)
        ? []
        : [fault(undefinedIn('extension', extension, 'extension_definitions'), 'workflow', id, 'step_extensions', extension)],
    ),
    ...(step.type === 'action'
      ? [
          ...(ownEntry(agents, step.agent) ? [] : [fault(undefinedIn('agent', step.agent, 'agent_definitions'), 'workflow', id, 'agent')]),
          ...(step.targets ?? []).flatMap((target, index) =>
            (ownEntry(targets, target) ?? ownEntry(agents, target))
              ? []
              : [fault(undefinedIn('target', target, 'target_definitions'), 'workflow', id, 'targets', index)],
          ),
          ...step.commands.flatMap((command, index) =>
            commandFaults(command).map((found) => fault(found, 'workflow', id, 'commands', index)),
          ),
        ]
      : []),
  ]);
}

function commandFaults(command: CacaoCommand): readonly Found[] {
  const says = (['command', 'command_b64', 'content_b64'] as const).filter((key) => valueIn(command, key) !== undefined);
  const known = (textCommandTypes as readonly string[]).includes(command.type);
  const faults: Found[] = [];
  if (says.length === 0)
    faults.push({ code: 'cacao-command', message: `a \`${command.type}\` command says nothing`, expected: '`command` or `command_b64`' });
  if (known && says.includes('command') && says.includes('command_b64'))
    faults.push({
      code: 'cacao-command',
      severity: 'warning',
      message: `a \`${command.type}\` command has both \`command\` and \`command_b64\``,
      expected: 'one of them',
    });
  for (const key of says) {
    const value = valueIn(command, key);
    if (key !== 'command' && typeof value === 'string' && !isBase64(value))
      faults.push({ code: 'cacao-command', message: `\`${key}\` is not base64`, expected: 'base64 (RFC 4648, section 4)' });
  }
  return faults;
}

function valueIn(command: object, key: string): unknown {
  return Object.entries(command).find(([name]) => name === key)?.[1];
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function checkAgents(playbook: CacaoPlaybook): readonly CacaoFault[] {
  return (['agent_definitions', 'target_definitions'] as const).flatMap((table) =>
    Object.entries(playbook[table] ?? {}).flatMap(([id, agent]) => [
      ...(id.startsWith(`${agent.type}--`)
        ? []
        : [
            fault(
              {
                code: 'cacao-structure',
                message: `\`${id}\` is of type \`${agent.type}\``,
                expected: `an id that begins with \`${agent.type}--\``,
              },
              table,
              id,
              'type',
            ),
          ]),
      ...emailFaults(agent).map(([kind, found]) => fault(found, table, id, 'contact', 'email', kind)),
      ...logInFaults(playbook, agent).map((found) => fault(found, table, id, 'authentication_info')),
    ]),
  );
}

function logInFaults(playbook: CacaoPlaybook, { authentication_info: logIn }: CacaoAgentTarget): readonly Found[] {
  if (logIn === undefined || ownEntry(playbook.authentication_info_definitions, logIn)) return [];
  return [undefinedIn('authentication', logIn, 'authentication_info_definitions')];
}

/** The dot-atom form of RFC 5322 with a domain name: what a mail program takes without quoting. */
const email = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/;

function emailFaults({ contact }: CacaoAgentTarget): readonly (readonly [string, Found])[] {
  return Object.entries(contact?.email ?? {}).flatMap(([kind, address]) =>
    email.test(address) && !address.includes('..')
      ? []
      : [
          [
            kind,
            { code: 'cacao-contact', message: `\`${address}\` is no e-mail address`, expected: 'an address such as `name@example.org`' },
          ] as const,
        ],
  );
}

function checkTimes(playbook: CacaoPlaybook): readonly CacaoFault[] {
  const before = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && Date.parse(a) > Date.parse(b);
  const found = (earlier: string, later: string): Found => ({
    code: 'cacao-time',
    message: `\`${later}\` is before \`${earlier}\``,
    expected: `a time not before \`${earlier}\``,
  });
  return [
    ...(before(playbook.created, playbook.modified) ? [fault(found('created', 'modified'), 'modified')] : []),
    ...(before(playbook.valid_from, playbook.valid_until) ? [fault(found('valid_from', 'valid_until'), 'valid_until')] : []),
  ];
}

const secretNames = new Set(['password', 'token', 'private_key', 'secret', 'client_secret', 'api_key']);

/** A log-in's secret that stands there by itself, not as a variable. */
export function isPlainSecret(key: string, value: Json): boolean {
  return secretNames.has(key) && typeof value === 'string' && !/^__[A-Za-z][\w-]*__(:value)?$/.test(value);
}

function checkSecrets(playbook: CacaoPlaybook): readonly CacaoFault[] {
  return Object.entries(playbook.authentication_info_definitions ?? {}).flatMap(([id, logIn]) =>
    Object.entries(logIn).flatMap(([key, value]) =>
      isPlainSecret(key, value)
        ? [
            fault(
              {
                code: 'cacao-secret',
                severity: 'warning',
                message: `\`${key}\` is in plain text`,
                expected: 'a variable; it is never imported',
              },
              'authentication_info_definitions',
              id,
              key,
            ),
          ]
        : [],
    ),
  );
}

function checkMarkings(playbook: CacaoPlaybook): readonly CacaoFault[] {
  return [
    ...(playbook.markings ?? []).flatMap((id, index) =>
      ownEntry(playbook.data_marking_definitions, id)
        ? []
        : [fault(undefinedIn('data marking', id, 'data_marking_definitions'), 'markings', index)],
    ),
    ...Object.keys(playbook.playbook_extensions ?? {}).flatMap((id) =>
      ownEntry(playbook.extension_definitions, id)
        ? []
        : [fault(undefinedIn('extension', id, 'extension_definitions'), 'playbook_extensions', id)],
    ),
  ];
}
