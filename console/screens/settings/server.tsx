/** How this server is set: what its operator decides outside the console. Of secrets their names alone are known here. */
import type { ReactElement } from 'react';
import type { Settings } from '../../../api/contract/access/settings.ts';
import { useRead } from '../../api/queries.ts';
import { Facts } from '../../look/facts.tsx';
import { Section, Stack } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './settings.module.css';

const lookMs = 15_000;

export function Server(): ReactElement {
  const { data, error, refetch } = useRead('settings.get', {}, { everyMs: lookMs });
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <Stack>
      <Section title={`Edict ${data.version}`}>
        <div className={css['line']}>
          {Object.entries(data.services).map(([service, answers]) => (
            <Answers key={service} what={service} answers={answers} />
          ))}
          <Answers
            what={data.ai.provider === 'embedded' ? 'AI provider: the embedded generator, no language model' : data.ai.provider}
            answers={data.ai.reachable}
          />
        </div>
      </Section>
      <SignIn signIn={data.signIn} />
      <Secrets secrets={data.secrets} />
    </Stack>
  );
}

function Answers({ what, answers }: { readonly what: string; readonly answers: boolean }): ReactElement {
  return <State value={what} tone={answers ? 'good' : 'bad'} label={`${what} ${answers ? 'answers' : 'does not answer'}`} />;
}

function SignIn({ signIn }: Pick<Settings, 'signIn'>): ReactElement {
  const { oidc } = signIn;
  const facts: readonly (readonly [string, string])[] = [
    ['password', signIn.password ? 'taken' : 'not taken'],
    ['session', `ends after ${signIn.idleMinutes} minutes without use, and after ${signIn.hours} hours`],
    ['high risk', `asks again after ${signIn.stepUpMinutes} minutes`],
    ...(oidc === undefined
      ? [['OpenID', 'not set up'] as const]
      : [
          ['OpenID', `${oidc.name}, ${oidc.reachable ? 'answers' : 'does not answer'}`] as const,
          ['issuer', oidc.issuer] as const,
          ['client', oidc.clientId] as const,
          [
            'roles',
            oidc.roles === undefined
              ? 'given here'
              : Object.entries(oidc.roles)
                  .map(([group, role]) => `${group} → ${role}`)
                  .join(', '),
          ] as const,
          ['unknown', oidc.createsPeople ? 'people are added when they first sign in' : 'people are refused'] as const,
        ]),
  ];
  return (
    <Section title="Signing in">
      <Facts of={facts} />
    </Section>
  );
}

function Secrets({ secrets }: Pick<Settings, 'secrets'>): ReactElement {
  return (
    <Section title={secrets.length === 1 ? 'One secret is stored' : `${secrets.length} secrets are stored`}>
      <ul className={css['tokens']}>
        {secrets.map(({ name, madeAt, expiresAt }) => (
          <li key={name}>
            <span className={css['name']}>{name}</span>
            <span className={css['quiet']}>
              made <When at={madeAt} as="distance" />
              {expiresAt === undefined ? null : (
                <>
                  , until <When at={expiresAt} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
