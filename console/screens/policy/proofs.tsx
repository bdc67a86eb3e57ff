/** For each target: whether the artifact decides as the rules do on every request, what the target cannot say, and the artifact itself. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { PolicyVersion } from '../../../api/contract/policies.ts';
import { printRequest } from '../../../domain/policy/request-text.ts';
import { useRead } from '../../api/queries.ts';
import { CopyButton } from '../../look/copy.tsx';
import { Digest } from '../../look/digest.tsx';
import { Section, Stack } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './policy.module.css';

type Compilation = PolicyVersion['compilations'][number];
type Proof = PolicyVersion['proofs'][number];

export function Proofs({ version }: { readonly version: PolicyVersion }): ReactElement {
  if (version.compilations.length === 0)
    return (
      <Empty title="Not compiled yet">
        Once it is sent to review it is compiled for every enforcement point, read back by an independent reader, and compared with the
        rules over all requests.
      </Empty>
    );
  return (
    <Stack>
      {version.compilations.map((compilation) => (
        <Target
          key={compilation.target}
          version={version}
          compilation={compilation}
          proof={version.proofs.find(({ target, artifact }) => target === compilation.target && artifact === compilation.artifact)}
        />
      ))}
    </Stack>
  );
}

type TargetProps = { readonly version: PolicyVersion; readonly compilation: Compilation; readonly proof: Proof | undefined };

function Target({ version, compilation: { target, artifact, losses }, proof }: TargetProps): ReactElement {
  const [open, setOpen] = useState(false);
  return (
    <Section
      title={target}
      aside={
        <Button variant="default" size="compact-xs" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide the artifact' : 'Show the artifact'}
        </Button>
      }
    >
      <div className={css['line']}>
        <Proved proof={proof} />
        <Digest value={artifact} />
        {proof === undefined ? null : (
          <span className={css['quiet']}>
            <When at={proof.at} />
          </span>
        )}
        {proof === undefined ? null : <Detail detail={proof.detail} />}
      </div>
      {losses.length === 0 ? (
        <p className={css['quiet']}>It says every rule whole.</p>
      ) : (
        <ul className={css['lossy']}>
          {losses.map((loss) => (
            <li key={`${loss.rule} ${loss.direction} ${loss.reason}`}>
              <State value={loss.direction} tone={loss.direction === 'over-permits' ? 'bad' : 'warn'} /> <strong>{loss.rule}</strong>:{' '}
              {loss.reason}
              <div className={css['quiet']}>
                for example {printRequest(loss.witness as Parameters<typeof printRequest>[0], { assets: [], zones: [] })}
              </div>
            </li>
          ))}
        </ul>
      )}
      {open ? <Artifact policy={version.policy} version={version.version} target={target} /> : null}
    </Section>
  );
}

function Proved({ proof }: { readonly proof: Proof | undefined }): ReactElement {
  if (proof === undefined) return <State value="unproved" tone="waiting" label="Not proved yet" />;
  return proof.equal ? (
    <State value="proved" tone="good" label="Decides as the rules, on every request" />
  ) : (
    <State value="refuted" tone="bad" label="Does not decide as the rules" />
  );
}

function Detail({ detail }: { readonly detail: Proof['detail'] }): ReactElement {
  const said = Object.entries(detail).filter(([, value]) => typeof value !== 'object');
  return (
    <span className={css['quiet']}>
      {said.map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' · ')}
    </span>
  );
}

type ArtifactProps = { readonly policy: string; readonly version: number; readonly target: string };

function Artifact({ policy, version, target }: ArtifactProps): ReactElement {
  const known = kept.find((one) => one === target);
  const { data, error } = useRead(
    'policies.artifact',
    { params: { policy, version, target: known ?? 'rego' } },
    { enabled: known !== undefined },
  );
  if (data === undefined) return error === null ? <Loading lines={4} /> : <Failure error={error} inline />;
  return (
    <>
      {Object.entries(data.files).map(([name, text]) => (
        <figure key={name} className={css['file']}>
          <figcaption>
            {name} <CopyButton text={text} label={`Copy ${name}`} />
          </figcaption>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard (WCAG 2.1.1) */}
          <pre tabIndex={0} role="region" aria-label={name}>
            {text.length > mostCharacters ? `${text.slice(0, mostCharacters)}\n… ${text.length - mostCharacters} characters more` : text}
          </pre>
        </figure>
      ))}
    </>
  );
}

/** Targets of enforcement points: their artifacts are stored. */
const kept = ['rego', 'rego-access', 'nftables'] as const;

const mostCharacters = 100_000;
