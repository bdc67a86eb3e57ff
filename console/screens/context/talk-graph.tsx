/** The graph of hosts on a canvas; a host is chosen by a press, and then only what it talks to is strong. The table below says the same in words. */
import { GraphChart } from 'echarts/charts';
import { TooltipComponent } from 'echarts/components';
import { init, use as register, type ECharts } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef } from 'react';
import type { ReactElement } from 'react';
import type { ContextReply } from '../../../api/contract/context.ts';
import { emptiedByNodes, tokenOf, tooltipOf, type Token } from './chart.ts';
import { place } from './layout.ts';
import css from './context.module.css';

register([GraphChart, TooltipComponent, CanvasRenderer]);

type Graph = ContextReply['graph'];
type TalkGraphProps = { readonly graph: Graph; readonly host: string | undefined; readonly onHost: (name: string | undefined) => void };

export function TalkGraph({ graph, host, onHost }: TalkGraphProps): ReactElement {
  const room = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const scheme = useComputedColorScheme();
  const series = useMemo(() => seriesOf(graph, host), [graph, host]);
  const pressed = useRef(onHost);
  useEffect(() => {
    pressed.current = onHost;
  });
  useEffect(() => {
    if (room.current === null) return undefined;
    const made = init(emptiedByNodes(room.current));
    chart.current = made;
    made.on('click', ({ dataType, name }) => {
      if (dataType === 'node') pressed.current(name);
    });
    made.getZr().on('click', ({ target }) => {
      if (target === undefined || target === null) pressed.current(undefined);
    });
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(room.current);
    return () => {
      watch.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    const token = tokenOf(room.current);
    chart.current?.setOption({
      animation: false,
      tooltip: tooltipOf(token),
      series: [painted(series, token)],
    });
  }, [series, scheme]);
  const label = `${graph.nodes.length} hosts and ${graph.edges.length} connections between them; the table below lists them`;
  return <div ref={room} className={css['graph']} role="img" aria-label={label} />;
}

type Series = ReturnType<typeof seriesOf>;

function seriesOf(graph: Graph, host: string | undefined) {
  const near = new Set(graph.edges.filter(({ from, to }) => from === host || to === host).flatMap(({ from, to }) => [from, to]));
  const most = Math.max(1, ...graph.edges.map(({ connections }) => connections));
  const nodes = place(graph.nodes).map(({ node, zone, x, y }) => ({
    name: node.name,
    x,
    y,
    zone,
    critical: node.criticality === 'critical' || node.criticality === 'high',
    stranger: node.kind === 'address',
    strong: host === undefined || near.has(node.name) || node.name === host,
    here: node.name === host,
  }));
  const edges = graph.edges.map(({ from, to, service, connections }) => ({
    source: from,
    target: to,
    service,
    connections,
    strong: host === undefined || from === host || to === host,
    width: 0.5 + 2.5 * (Math.log1p(connections) / Math.log1p(most)),
  }));
  return { nodes, edges, labels: graph.nodes.length <= 60 };
}

function painted({ nodes, edges, labels }: Series, token: Token) {
  const [ink, quiet, accent, line, high] = ['--ink', '--ink-3', '--accent', '--line-strong', '--high'].map(token);
  return {
    type: 'graph',
    layout: 'none',
    roam: true,
    edgeSymbol: ['none', 'arrow'],
    edgeSymbolSize: 4,
    data: nodes.map(({ name, x, y, zone, critical, stranger, strong, here }) => ({
      name,
      x,
      y,
      symbolSize: here ? 14 : critical ? 11 : 8,
      symbol: critical ? 'diamond' : 'circle',
      itemStyle: {
        color: here ? accent : critical ? high : stranger ? 'transparent' : quiet,
        borderColor: stranger ? quiet : 'transparent',
        opacity: strong ? 1 : 0.15,
      },
      label: { show: here || (labels && strong), position: 'right', color: ink, fontSize: 11 },
      tooltip: { formatter: `${name}\n${zone}${critical ? ', critical' : ''}` },
    })),
    links: edges.map(({ source, target, service, connections, strong, width }) => ({
      source,
      target,
      lineStyle: { color: strong ? quiet : line, width, opacity: strong ? 0.6 : 0.06, curveness: 0.12 },
      tooltip: { formatter: `${source} → ${target}\n${service}, ${connections.toLocaleString()} times` },
    })),
  };
}
