/** What can be done with a version: hand it in, with the losses that are accepted, or write it anew. */
import { Button, Checkbox, Modal } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { PolicyDetail, PolicyVersion } from '../../../api/contract/policies.ts';
import { useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { notify } from '../../app/notices.tsx';
import { useGo } from '../../app/url.ts';
import { CopyObject } from '../../look/copy.tsx';
import { Failure } from '../../look/told.tsx';
import css from './policy.module.css';

type ActionsProps = { readonly policy: PolicyDetail; readonly version: PolicyVersion };

export function Actions({ policy, version }: ActionsProps): ReactElement {
  const may = useMay();
  const go = useGo();
  const [submitting, setSubmitting] = useState(false);
  const handable = policy.state === 'draft' || policy.state === 'revising';
  const open = version.document.questions.some(({ answered }) => answered === undefined);
  const isDraft = version.version === policy.draft;
  return (
    <>
      {may('policies.draft') ? (
        <Button variant="default" onClick={() => go(`/author?policy=${policy.policy}`)}>
          Write it anew
        </Button>
      ) : null}
      {may('policies.submit') && handable && isDraft ? (
        <Button disabled={open} title={open ? 'Answer its open questions first' : undefined} onClick={() => setSubmitting(true)}>
          Send to review…
        </Button>
      ) : null}
      <CopyObject
        label="Copy this policy"
        object={version.document}
        path={`/v1/policies/${policy.policy}/versions/${version.version}`}
        cli={`edict policy show ${policy.policy} --version ${version.version}`}
      />
      {submitting ? <Submit policy={policy.policy} version={version} onClose={() => setSubmitting(false)} /> : null}
    </>
  );
}

type SubmitProps = { readonly policy: string; readonly version: PolicyVersion; readonly onClose: () => void };

function Submit({ policy, version, onClose }: SubmitProps): ReactElement {
  const lossy = [...new Set(version.compilations.flatMap(({ losses }) => losses.map(({ rule }) => rule)))];
  const [accepted, setAccepted] = useState<ReadonlySet<string>>(new Set());
  const send = useSend('policies.submit', {
    stale: ['policies.get', 'policies.list', 'approvals.list', 'runs.list'],
    onDone: () => {
      notify(`${policy} v${version.version} is compiled and proved, and then goes to review.`);
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Send ${policy} v${version.version} to review`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={css['dialog']}>
        <p>
          It is compiled for every enforcement point and proved there. What cannot be proved does not go on. Then managers are asked;
          nothing is enforced before they approve exactly this version.
        </p>
        {lossy.length === 0 ? null : (
          <fieldset className={css['losses']}>
            <legend>Some targets cannot say these rules whole. Accept each that may go on like that:</legend>
            {lossy.map((rule) => (
              <Checkbox
                key={rule}
                label={rule}
                checked={accepted.has(rule)}
                onChange={({ currentTarget: { checked } }) => setAccepted(withOrWithout(accepted, rule, checked))}
              />
            ))}
          </fieldset>
        )}
        {send.error === null ? null : <Failure error={send.error} inline />}
        <div className={css['buttons']}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button
            loading={send.isPending}
            onClick={() => send.mutate({ params: { policy }, body: accepted.size === 0 ? {} : { acceptLosses: [...accepted] } })}
          >
            Send to review
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function withOrWithout(all: ReadonlySet<string>, one: string, held: boolean): ReadonlySet<string> {
  const next = new Set(all);
  if (held) next.add(one);
  else next.delete(one);
  return next;
}
