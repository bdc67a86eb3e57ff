/**
 * `const Graph = partOf(() => import('./graph.tsx'), 'Graph')`: a part of a screen that is loaded when it is first shown. What goes wrong in it is shown in its
 * place, and takes nothing from the rest of the screen, where somebody may be writing.
 */
import { Component, lazy, Suspense } from 'react';
import type { ComponentType, ReactElement, ReactNode } from 'react';
import { Failure, Loading } from '../look/told.tsx';
import { loadPart } from './parts.ts';

type Loaded<Name extends string, Props> = { readonly [name in Name]: ComponentType<Props> };

export function partOf<Name extends string, Props extends object>(
  load: () => Promise<Loaded<Name, Props>>,
  name: Name,
): (props: Props) => ReactElement {
  const Lazy = lazy(async () => ({ default: (await loadPart(load))[name] as ComponentType<object> }));
  return function Part(props) {
    return (
      <Boundary>
        <Suspense fallback={<Loading />}>
          <Lazy {...props} />
        </Suspense>
      </Boundary>
    );
  };
}

type Kept = { readonly error: unknown };

class Boundary extends Component<{ readonly children: ReactNode }, Kept> {
  override state: Kept = { error: null };

  static getDerivedStateFromError(error: unknown): Kept {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <Failure error={this.state.error} inline />;
  }
}
