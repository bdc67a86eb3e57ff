/** What a text compiles to while it is written: the last plan that it was, and all that is wrong with it now. A moment after the last key. */
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { loadPart } from '../../app/parts.ts';
import type { Finding } from '../../../domain/playbook/quality/lint.ts';

const pauseMs = 250;

type Compiler = typeof import('./compiler.ts');
export type Compiled = {
  readonly compiler: Compiler | undefined;
  /** The last that held. */ readonly plan: Plan | undefined;
  readonly findings: readonly Finding[];
  readonly valid: boolean;
};

export function useCompiler(): Compiler | undefined {
  return useQuery({ queryKey: ['compiler'], queryFn: () => loadPart(() => import('./compiler.ts')), staleTime: Infinity }).data;
}

export function useCompiled(text: string): Compiled {
  const compiler = useCompiler();
  const [settled] = useDebouncedValue(text, pauseMs);
  const last = useRef<Plan>(undefined);
  return useMemo(() => {
    if (compiler === undefined) return { compiler, plan: undefined, findings: [], valid: false };
    const findings = compiler.lintPlaybook(settled, 'playbook.yaml');
    const valid = findings.every(({ severity }) => severity !== 'error');
    if (valid) last.current = compiler.compilePlaybook(settled, 'playbook.yaml').plan;
    return { compiler, plan: last.current, findings, valid };
  }, [compiler, settled]);
}
