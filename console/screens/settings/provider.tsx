/** Who makes drafts of what people write, how that was set, and what a person may change about it. Only what this version knows. */
import type { ReactElement } from 'react';
import type { Settings } from '../../../api/contract/access/settings.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { Facts } from '../../look/facts.tsx';
import { Section, Stack } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { Failure, Loading } from '../../look/told.tsx';

type Ai = Settings['ai'];

const who: Readonly<Record<Ai['provider'], string>> = {
  embedded: 'The embedded generator: a grammar of English sentences about connections, the same draft for the same sentence',
};
const how: Readonly<Record<Ai['setBy'], string>> = {
  'built-in': 'It is built in. This version has no other provider, and no setting that chooses one',
};

export function Provider(): ReactElement {
  const { data, error, refetch } = useRead('settings.get', {});
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  const { ai } = data;
  return (
    <Stack>
      <Section title="Who drafts">
        <Facts
          of={[
            ['provider', who[ai.provider]],
            [
              'state',
              <State
                key="state"
                value={ai.reachable ? 'answers' : 'away'}
                tone={ai.reachable ? 'good' : 'bad'}
                label={ai.reachable ? 'at hand always: it is part of the worker' : 'does not answer'}
              />,
            ],
            ['language model', ai.languageModel ? 'yes' : 'none: no sentence, name or alert leaves this server for a draft'],
            ['how it was set', how[ai.setBy]],
            ['spends', ai.languageModel ? 'tokens of its provider' : 'nothing: no key, no tokens'],
          ]}
        />
      </Section>
      <Section title="What becomes of a draft">
        <p>
          A draft is a proposal. It is parsed into typed rules with the words each came from, and open questions where the sentence says too
          little; it reaches enforcement only through proof and approval, whoever drafted it. Rules that people wrote stay as they are.
        </p>
      </Section>
      <Section title="What you may change">
        <Facts
          of={[
            [
              'names',
              <>
                It knows the names of the inventory: load hosts, zones and groups in <Link to="/context">Context</Link>
              </>,
            ],
            [
              'questions',
              <>
                Choices that it leaves open are answered at the draft, in <Link to="/policies">Policies</Link>
              </>,
            ],
            [
              'rules',
              <>
                Rules on access and on the use of models are written by hand, in a policy file: <code>edict policy apply</code>
              </>,
            ],
          ]}
        />
      </Section>
    </Stack>
  );
}
