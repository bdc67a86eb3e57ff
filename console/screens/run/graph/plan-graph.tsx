/**
 * The graph of a playbook or of a run, drawn. Its nodes are buttons: by mouse and by keyboard they open the step. Places change only when
 * the graph does, so that nothing moves while a run goes on.
 */
import '@xyflow/react/dist/base.css';
import {
  Background,
  BaseEdge,
  Controls,
  EdgeLabelRenderer,
  getSmoothStepPath,
  Handle,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import type { Edge, EdgeProps, Node, NodeProps, ReactFlowState } from '@xyflow/react';
import { createContext, memo, useContext, useEffect, useMemo, useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { placesOf, viewportOf, type Place } from './layout.ts';
import type { RunEdge, RunGraph, RunNode } from './run-graph.ts';
import { FarStep, StepNode } from './step-node.tsx';
import css from './plan-graph.module.css';

type GraphProps = {
  readonly graph: RunGraph;
  /** Lines of state are shown; without it, it is a playbook that nobody runs. */
  readonly live: boolean;
  readonly chosen?: string | undefined;
  readonly onChoose: (node: RunNode) => void;
  readonly label: string;
};

type StepData = { readonly node: RunNode; readonly live: boolean; readonly chosen: boolean; readonly onChoose: (node: RunNode) => void };

export function PlanGraph(props: GraphProps): ReactElement {
  return (
    <ReactFlowProvider>
      <Far>
        <Drawn {...props} />
      </Far>
    </ReactFlowProvider>
  );
}

/** Below it nobody reads the words of a step. */
const farBelow = 0.4;
const isFar = (state: ReactFlowState): boolean => state.transform[2] < farBelow;

const FarContext = createContext(false);

/** One looks at how far away the reader is, for all steps and ways: a thousand of them would ask with each frame. */
function Far({ children }: { readonly children: ReactNode }): ReactElement {
  return <FarContext value={useStore(isFar)}>{children}</FarContext>;
}

function Drawn({ graph, live, chosen, onChoose, label }: GraphProps): ReactElement {
  const shape = useMemo(() => `${graph.nodes.map(({ id }) => id).join()}|${graph.edges.map(({ id }) => id).join()}`, [graph]);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- only another shape has other places
  const places = useMemo(() => placesOf(graph, live), [shape, live]);
  const all = useMemo(
    () => graph.nodes.map((node) => nodeOf(node, places, { live, chosen: false, onChoose })),
    [graph, places, live, onChoose],
  );
  // The others stay the same objects, so that they are not drawn again.
  const nodes = useMemo(
    () => (chosen === undefined ? all : all.map((node) => (node.id === chosen ? { ...node, data: { ...node.data, chosen: true } } : node))),
    [all, chosen],
  );
  const edges = useMemo(() => graph.edges.map(edgeOf), [graph]);
  const room = useRef<HTMLDivElement>(null);
  return (
    <div className={css['room']} role="group" aria-label={label} ref={room}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        onlyRenderVisibleElements={graph.nodes.length > 150}
        minZoom={0.05}
        maxZoom={1.5}
        proOptions={{ hideAttribution: true }}
        panOnScroll
        zoomOnDoubleClick={false}
        onMoveStart={() => room.current?.toggleAttribute('data-moving', true)}
        onMoveEnd={() => room.current?.toggleAttribute('data-moving', false)}
      >
        <Background gap={20} size={1} className={css['ground'] ?? ''} />
        <Controls showInteractive={false} className={css['controls'] ?? ''} />
        <Fit shape={shape} focus={chosen ?? firstUnderWay(graph)} />
      </ReactFlow>
    </div>
  );
}

/** When the graph appears or is another; afterwards the view is the reader's own. */
function Fit({ shape, focus }: { readonly shape: string; readonly focus: string | undefined }): null {
  const flow = useReactFlow();
  const [width, height] = [useStore((state) => state.width), useStore((state) => state.height)];
  const seen = useRef('');
  useEffect(() => {
    if (seen.current === shape || width === 0) return;
    seen.current = shape;
    const node = focus === undefined ? undefined : flow.getNode(focus);
    const at = { x: (node?.position.x ?? 0) + (node?.width ?? 0) / 2, y: node?.position.y ?? 0 };
    void flow.setViewport(viewportOf(flow.getNodesBounds(flow.getNodes()), { width, height }, at));
  }, [flow, shape, focus, width, height]);
  return null;
}

function firstUnderWay({ nodes }: RunGraph): string | undefined {
  return (
    nodes.find(({ state }) => ['running', 'retrying', 'waiting-for-people', 'waiting', 'failed', 'undoing'].includes(state))?.id ??
    nodes[0]?.id
  );
}

function nodeOf(node: RunNode, places: ReadonlyMap<string, Place>, data: Omit<StepData, 'node'>): Node<StepData> {
  const { x = 0, y = 0, width = 0, height = 0 } = places.get(node.id) ?? {};
  // Told beforehand, so that only steps in sight are ever drawn: else each is drawn once to find them.
  const port = { x: width / 2 - 0.5, width: 1, height: 1 };
  const handles = [
    { ...port, type: 'target' as const, position: Position.Top, y: 0 },
    { ...port, type: 'source' as const, position: Position.Bottom, y: height - 1 },
  ];
  return { id: node.id, type: 'step', position: { x, y }, width, height, handles, data: { node, ...data } };
}

const Step = memo(function Step({ data }: NodeProps<Node<StepData>>): ReactElement {
  const far = useContext(FarContext);
  return (
    <>
      <Handle type="target" position={Position.Top} className={css['port'] ?? ''} isConnectable={false} />
      {far ? <FarStep {...data} /> : <StepNode {...data} />}
      <Handle type="source" position={Position.Bottom} className={css['port'] ?? ''} isConnectable={false} />
    </>
  );
});

type WayData = { readonly edge: RunEdge };

function edgeOf(edge: RunEdge): Edge<WayData> {
  const { id, from, to } = edge;
  return { id, source: from, target: to, type: 'way', data: { edge } };
}

const aside: ReadonlySet<RunEdge['kind']> = new Set(['failure', 'cancelled', 'denied', 'expired']);

const Way = memo(function Way(props: EdgeProps<Edge<WayData>>): ReactElement {
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data } = props;
  const far = useContext(FarContext);
  const [path, x, y] = getSmoothStepPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, borderRadius: 8 });
  const edge = data?.edge;
  const tone = edge?.taken === true ? css['taken'] : edge !== undefined && aside.has(edge.kind) ? css['aside'] : css['ahead'];
  return (
    <>
      <BaseEdge path={path} className={`${css['way']} ${tone}`} />
      {edge?.label === undefined || far ? null : (
        <EdgeLabelRenderer>
          <span
            className={`${css['label']} ${edge.taken ? css['label-taken'] : ''}`}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          >
            {edge.label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

const nodeTypes = { step: Step };
const edgeTypes = { way: Way };
