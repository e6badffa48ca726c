"use client";

import "@xyflow/react/dist/base.css";
import {
  Background,
  BaseEdge,
  Controls,
  type Edge,
  type EdgeProps,
  getSmoothStepPath,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import { Fingerprint } from "lucide-react";
import { useTheme } from "next-themes";
import { useMemo } from "react";
import { cn } from "@/components/ui/cn";
import type { ProfileGraph } from "@/domain/profiles/schemas";
import { formatDay, formatNumber, identifierLabel } from "./format";
import { activeMerges, evidenceText, placeGraph, type PlacedFragment, type PlacedIdentifier, type PlacedMore } from "./graph-layout";

type FragmentNode = Node<{ placed: PlacedFragment; canonical: boolean; events: number; since: string }, "fragment">;
type IdentifierNode = Node<{ placed: PlacedIdentifier; source: string }, "identifier">;
type MoreNode = Node<{ placed: PlacedMore }, "more">;

const dot = "!size-1.5 !min-h-0 !min-w-0 !border-0 !bg-border-strong";

function FragmentBox({ data }: NodeProps<FragmentNode>) {
  return (
    <div
      className={cn(
        "flex size-full items-center gap-3 rounded-lg border bg-card px-3.5 shadow-sm",
        data.canonical && "border-primary ring-1 ring-primary",
      )}
    >
      <Handle type="target" id="left" position={Position.Left} className={dot} />
      <span
        className={cn(
          "grid size-9 shrink-0 place-content-center rounded-full",
          data.canonical ? "bg-primary-soft text-primary-text" : "bg-secondary text-muted-foreground",
        )}
      >
        <Fingerprint aria-hidden className="size-4.5" />
      </span>
      <span className="min-w-0">
        <span className="block truncate text-sm font-semibold">
          {data.canonical ? "This profile" : "Fragment"} {data.placed.fragment}
        </span>
        <span className="block truncate text-xs text-muted-foreground">
          {formatNumber(data.events)} {data.events === 1 ? "event" : "events"} since {formatDay(data.since)}
        </span>
      </span>
      <Handle type="source" id="right" position={Position.Right} className={dot} />
      <Handle type="source" id="bottom" position={Position.Bottom} className={dot} style={{ left: 14 }} />
    </div>
  );
}

function IdentifierBox({ data }: NodeProps<IdentifierNode>) {
  const { identifier } = data.placed;
  return (
    <div
      className={cn(
        "flex size-full flex-col justify-center rounded-md border bg-background px-3",
        identifier.status !== "active" && "border-dashed border-warning",
      )}
    >
      <Handle type="target" id="left" position={Position.Left} className={dot} />
      <span className="flex items-baseline gap-2 text-sm leading-tight">
        <span className="shrink-0 text-2xs text-muted-foreground">{identifierLabel(identifier.type)}</span>
        <span className="truncate font-medium">{identifier.value}</span>
      </span>
      <span className="truncate text-2xs text-muted-foreground">
        {data.source}, {formatDay(identifier.firstSeenAt)}
        {identifier.status === "active" ? "" : ` · ${identifier.status.replace("_", " ")}`}
      </span>
    </div>
  );
}

function MoreBox({ data }: NodeProps<MoreNode>) {
  return (
    <div className="flex size-full items-center rounded-md border border-dashed px-3 text-xs text-muted-foreground">
      <Handle type="target" id="left" position={Position.Left} className={dot} />
      and {data.placed.count} more, listed below
    </div>
  );
}

/** A merge: down a common line and across to its fragment, the label on the last stretch, where no other line runs. */
function MergeEdge({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, ...rest }: EdgeProps) {
  const turn = sourceX + 22;
  const [path] = getSmoothStepPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, centerX: turn, borderRadius: 8 });
  return (
    <BaseEdge
      path={path}
      label={rest.label}
      labelX={(turn + targetX) / 2}
      labelY={targetY}
      labelShowBg
      labelBgPadding={[6, 3]}
      labelBgBorderRadius={4}
      labelStyle={rest.labelStyle ?? {}}
      labelBgStyle={rest.labelBgStyle ?? {}}
      style={rest.style ?? {}}
      interactionWidth={24}
    />
  );
}

const edgeTypes = { merge: MergeEdge };
const nodeTypes = { fragment: FragmentBox, identifier: IdentifierBox, more: MoreBox };

/** The identity graph, read-only. The same facts stand as lists below it, so nothing is lost without sight of it. */
export function IdentityCanvas({
  graph,
  chosen,
  onChoose,
}: {
  graph: ProfileGraph;
  chosen: string | null;
  onChoose: (merge: string | null) => void;
}) {
  const { resolvedTheme } = useTheme();
  const { nodes, edges } = useMemo(() => build(graph, chosen), [graph, chosen]);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      colorMode={resolvedTheme === "dark" ? "dark" : "light"}
      fitView
      style={{ background: "transparent" }}
      fitViewOptions={{ padding: 0.06, maxZoom: 1 }}
      minZoom={0.15}
      maxZoom={1.5}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable
      zoomOnScroll={false}
      preventScrolling={false}
      panOnScroll={false}
      onEdgeClick={(_event, edge) => onChoose(edge.id.startsWith("merge:") ? edge.id.slice(6) : null)}
      onPaneClick={() => onChoose(null)}
      proOptions={{ hideAttribution: true }}
      aria-label="Identity graph; the same facts are listed below"
    >
      <Background gap={24} size={1} color="var(--border)" bgColor="transparent" />
      <Controls
        showInteractive={false}
        position="bottom-right"
        className="overflow-hidden rounded-md border bg-card shadow-sm [&_button]:grid [&_button]:size-7 [&_button]:place-content-center [&_button]:border-b [&_button]:bg-card [&_button]:text-foreground [&_button:hover]:bg-accent [&_svg]:size-3 [&_svg]:fill-current"
      />
    </ReactFlow>
  );
}

function build(graph: ProfileGraph, chosen: string | null): { nodes: (FragmentNode | IdentifierNode | MoreNode)[]; edges: Edge[] } {
  const placed = placeGraph(graph);
  const at = new Map(placed.fragments.map((box) => [box.fragment, box]));
  const box = ({ id, x, y, width, height }: { id: string; x: number; y: number; width: number; height: number }) => ({
    id,
    position: { x, y },
    width,
    height,
    // Known sizes: the graph stands in its place at the first paint.
    style: { width, height },
  });
  const nodes: (FragmentNode | IdentifierNode | MoreNode)[] = [
    ...placed.fragments.map((item): FragmentNode => {
      const fragment = graph.fragments.find((one) => one.id === item.fragment);
      return {
        ...box(item),
        type: "fragment",
        data: { placed: item, canonical: item.fragment === graph.id, events: fragment?.events ?? 0, since: fragment?.firstSeenAt ?? "" },
      };
    }),
    ...placed.identifiers.map((item): IdentifierNode => ({
      ...box(item),
      type: "identifier",
      data: { placed: item, source: graph.sources[item.identifier.sourceId]?.name ?? item.identifier.sourceId },
    })),
    ...placed.more.map((item): MoreNode => ({ ...box(item), type: "more", data: { placed: item } })),
  ];
  const edges: Edge[] = [
    ...[...placed.identifiers, ...placed.more].map((item): Edge => ({
      id: `has:${item.id}`,
      source: `f${item.fragment}`,
      sourceHandle: "bottom",
      target: item.id,
      targetHandle: "left",
      type: "smoothstep",
      selectable: false,
      style: { stroke: "var(--border-strong)" },
    })),
    ...activeMerges(graph).flatMap((merge): Edge[] => {
      const a = at.get(merge.survivorFragment);
      const b = at.get(merge.loserFragment);
      if (!a || !b) return [];
      const [left, right] = a.x < b.x ? [a, b] : [b, a];
      const picked = merge.id === chosen;
      return [
        {
          id: `merge:${merge.id}`,
          source: left.id,
          sourceHandle: "right",
          target: right.id,
          targetHandle: "left",
          type: "merge",
          label: `${evidenceText(merge, identifierLabel)} · ${formatDay(merge.at)}`,
          labelBgStyle: { fill: "var(--card)", stroke: picked ? "var(--primary)" : "var(--border)" },
          labelStyle: { fill: "var(--foreground)", fontSize: 12 },
          style: { stroke: "var(--primary)", strokeWidth: picked ? 3 : 2, cursor: "pointer" },
        },
      ];
    }),
  ];
  return { nodes, edges };
}
