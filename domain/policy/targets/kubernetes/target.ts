/** Kubernetes: NetworkPolicy objects of networking.k8s.io/v1. */
import type { Target } from '../target.ts';
import { compileKubernetes } from './compile.ts';
import { readKubernetes } from './read.ts';

export const kubernetesTarget: Target = {
  name: 'kubernetes',
  kinds: ['network'],
  compile: compileKubernetes,
  read: readKubernetes,
  cannotSay: [
    'a refusal: it is taken out of what is allowed, and what no rule speaks of is listed beside it',
    'any protocol but TCP, UDP and SCTP by itself: it passes where every service of a peer does, else it is refused',
    'connections between two hosts that the inventory does not know: they are no pods',
    'time windows, source ports: more is refused, never less',
  ],
};
