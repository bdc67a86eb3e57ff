/**
 * The graph of hosts on a canvas: dragged, zoomed, and a host is chosen by a press; then only what it talks to is strong. A canvas of our own, since
 * two thousand hosts have to follow the hand. The table below says the same in words, and has the keys.
 */
import { ActionIcon, useComputedColorScheme } from '@mantine/core';
import IconFocusCentered from '@tabler/icons-react/icons/IconFocusCentered';
import IconMinus from '@tabler/icons-react/icons/IconMinus';
import IconPlus from '@tabler/icons-react/icons/IconPlus';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { ContextReply } from '../../../api/contract/context.ts';
import { tokenOf } from './chart.ts';
import { sceneOf } from './scene.ts';
import { Stage, type Pointed } from './stage.ts';
import css from './context.module.css';

type Graph = ContextReply['graph'];
type TalkGraphProps = { readonly graph: Graph; readonly host: string | undefined; readonly onHost: (name: string | undefined) => void };

export function TalkGraph({ graph, host, onHost }: TalkGraphProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const stage = useRef<Stage>(undefined);
  const [pointed, setPointed] = useState<Pointed>();
  const scheme = useComputedColorScheme();
  const scene = useMemo(() => sceneOf(graph, host), [graph, host]);
  const pressed = useRef(onHost);
  useEffect(() => {
    pressed.current = onHost;
  });
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const opened = new Stage(canvas.current, { onPress: (name) => pressed.current(name), onPoint: setPointed });
    stage.current = opened;
    return () => opened.close();
  }, []);
  useEffect(() => {
    stage.current?.show(scene, tokenOf(canvas.current));
  }, [scene, scheme]);
  const label = `${graph.nodes.length} hosts and ${graph.edges.length} connections between them; the table below lists them`;
  return (
    <div className={css['graph']}>
      <canvas ref={canvas} className={css['canvas']} role="img" aria-label={label} />
      {pointed === undefined ? null : (
        <div className={css['pointed']} style={{ transform: `translate(${pointed.x}px, ${pointed.y}px)` }} aria-hidden="true">
          {pointed.words}
        </div>
      )}
      <div className={css['zoom']}>
        <ActionIcon aria-label="Zoom in" onClick={() => stage.current?.zoom(1.4)}>
          <IconPlus size={15} />
        </ActionIcon>
        <ActionIcon aria-label="Zoom out" onClick={() => stage.current?.zoom(1 / 1.4)}>
          <IconMinus size={15} />
        </ActionIcon>
        <ActionIcon aria-label="All in sight" onClick={() => stage.current?.fit()}>
          <IconFocusCentered size={15} />
        </ActionIcon>
      </div>
    </div>
  );
}
