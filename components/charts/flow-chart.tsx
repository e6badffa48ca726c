"use client";

import { useState } from "react";
import { formatCount } from "./format";
import { layFlow, type FlowLink, type FlowNode } from "./flow-layout";

const BAR = 10;
const WIDTH = 1_000;
const COLORS = 8;

/** Ribbons between the steps of paths. Each column's names keep their colour; a node under the pointer or focus lights up its ribbons. */
export function FlowChart({
  label,
  nodes,
  links,
  unit,
}: {
  label: string;
  nodes: readonly FlowNode[];
  links: readonly FlowLink[];
  unit: string;
}) {
  const [lit, setLit] = useState<number | null>(null);
  const tallest = Math.max(1, ...nodes.map(({ step }) => nodes.filter((node) => node.step === step).length));
  const height = Math.min(460, Math.max(180, tallest * 46));
  const placed = layFlow(nodes, links, { width: WIDTH, height, bar: BAR, gap: 14 });
  const names = [...new Set(nodes.map(({ name }) => name))];
  const colorOf = (name: string): string => `var(--chart-${(names.indexOf(name) % COLORS) + 1})`;
  const last = Math.max(0, ...nodes.map(({ step }) => step));
  return (
    // A region that scrolls must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={label}>
      <svg viewBox={`-4 -8 ${WIDTH + 8} ${height + 16}`} className="w-full min-w-160 text-foreground" role="list" aria-label={label}>
        {placed.links.map((link) => {
          const from = placed.nodes[link.source];
          const to = placed.nodes[link.target];
          if (from === undefined || to === undefined) return null;
          const x0 = from.x + BAR;
          const middle = (x0 + to.x) / 2;
          const isLit = lit === null || lit === link.source || lit === link.target;
          return (
            <path
              key={`${link.source} ${link.target}`}
              aria-hidden
              d={`M${x0},${link.y0} C${middle},${link.y0} ${middle},${link.y1} ${to.x},${link.y1}`}
              fill="none"
              stroke={colorOf(from.name)}
              strokeWidth={Math.max(1, link.thickness)}
              strokeOpacity={isLit ? 0.32 : 0.08}
            />
          );
        })}
        {placed.nodes.map((node, i) => {
          const isRight = node.step === last;
          return (
            <g
              key={`${node.step} ${node.name}`}
              role="listitem"
              // Values are reached by keyboard, one node after the other.
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
              tabIndex={0}
              aria-label={`${node.name}, step ${node.step + 1}: ${formatCount(node.value)} ${unit}`}
              className="outline-none [&:focus-visible>rect]:stroke-ring [&:focus-visible>rect]:stroke-2"
              onMouseEnter={() => setLit(i)}
              onMouseLeave={() => setLit(null)}
              onFocus={() => setLit(i)}
              onBlur={() => setLit(null)}
            >
              <rect x={node.x} y={node.y} width={BAR} height={Math.max(2, node.height)} rx={2} fill={colorOf(node.name)} />
              <text
                x={isRight ? node.x - 6 : node.x + BAR + 6}
                y={node.y + Math.max(2, node.height) / 2}
                dominantBaseline="middle"
                textAnchor={isRight ? "end" : "start"}
                fontSize={13}
                fill="currentColor"
                stroke="var(--card)"
                strokeWidth={3}
                paintOrder="stroke"
              >
                {node.name} {formatCount(node.value)}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
