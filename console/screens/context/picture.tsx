/** The small picture of a baseline: one measure over time, what is usual and what is told as lines across it. The figures beside it say the same. */
import { BarChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { ReactElement } from 'react';
import type { AnomalyDetail } from '../../../api/contract/context/insight.ts';
import { emptiedByNodes, tokenOf, tooltipOf, type Token } from './chart.ts';
import css from './context.module.css';

register([BarChart, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

type Shown = AnomalyDetail['picture'];

export function Picture({ picture, since }: { readonly picture: Shown; readonly since: string }): ReactElement {
  const room = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  useEffect(() => {
    if (room.current === null) return undefined;
    const chart = init(emptiedByNodes(room.current));
    chart.setOption(optionOf(picture, since, tokenOf(room.current)));
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(room.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [picture, since, scheme]);
  return (
    <figure className={css['figure']}>
      <div ref={room} className={css['picture']} role="img" aria-label={wordsOf(picture)} />
      <figcaption>{picture.label}; the newest part is strong</figcaption>
    </figure>
  );
}

function wordsOf({ label, points, usual, limit }: Shown): string {
  const most = points.reduce((best, { value }) => Math.max(best, value), 0);
  const lines = [usual === undefined ? '' : `, usual ${shortly(usual)}`, limit === undefined ? '' : `, told from ${shortly(limit)}`];
  return `${label}: ${points.length} places in time, the most is ${shortly(most)}${lines.join('')}`;
}

const shortly = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 });

function optionOf({ points, unit, usual, limit }: Shown, since: string, token: Token) {
  const [ink, quiet, line, accent, high] = ['--ink-2', '--ink-3', '--line', '--accent', '--high'].map(token);
  const across = (value: number | undefined, name: string, color: string | undefined, place: string) =>
    value === undefined
      ? []
      : [{ yAxis: value, name, lineStyle: { color }, label: { formatter: name, color: ink, fontSize: 11, position: place } }];
  return {
    animation: false,
    textStyle: { fontFamily: token('--font') },
    grid: { left: 4, right: 8, top: 16, bottom: 4, containLabel: true },
    tooltip: { ...tooltipOf(token), trigger: 'axis', valueFormatter: (value: number) => `${shortly(value)} ${unit}`.trim() },
    xAxis: {
      type: 'time',
      axisLabel: { color: quiet, fontSize: 11, hideOverlap: true },
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
    },
    yAxis: { type: 'value', splitNumber: 3, axisLabel: { color: quiet, fontSize: 11 }, splitLine: { lineStyle: { color: line } } },
    series: [
      {
        type: 'bar',
        barMinWidth: 1,
        barMaxWidth: 14,
        data: points.map(({ at, value }) => ({ value: [at, value], itemStyle: { color: at >= since ? accent : quiet } })),
        markLine: {
          silent: true,
          symbol: 'none',
          data: [...across(usual, 'usual', ink, 'insideStartTop'), ...across(limit, 'told from here', high, 'insideMiddleTop')],
        },
      },
    ],
  };
}
