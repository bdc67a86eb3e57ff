import { conformance } from '../conformance.ts';
import { needs } from '../needs.ts';
import { reading } from '../policies.ts';
import { startOpaBench } from './bench.ts';

needs('opa', () => {
  conformance('the OPA connector', {
    start: () => startOpaBench(),
    drifts: ['puts an older bundle back', 'puts a bundle on the shelf that we have not signed'],
  });

  conformance('the OPA connector, for access and the use of models', {
    start: () => startOpaBench('rego-access'),
    drifts: ['puts an older bundle back', 'puts a bundle on the shelf that we have not signed'],
    traffic: {
      allowed: [reading('ann'), { kind: 'ai', principal: 'user:ann', model: 'small' }],
      denied: [reading('eve'), reading('ann', { mfa: false }), reading('ann', {}), { kind: 'ai', principal: 'user:eve', model: 'small' }],
      elsewhere: { kind: 'access', principal: 'user:eve', action: 'write', resource: 'folder:a' },
    },
    withoutIsolations: 'access is of people, not of hosts',
  });
});
