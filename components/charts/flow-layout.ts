/** A flow between columns: what stands in `step` goes to the next one. */
export interface FlowNode {
  readonly name: string;
  readonly step: number;
}
export interface FlowLink {
  readonly source: number;
  readonly target: number;
  readonly value: number;
}
export interface PlacedNode extends FlowNode {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly value: number;
}
export interface PlacedLink extends FlowLink {
  /** Middle of the ribbon at both ends. */
  readonly y0: number;
  readonly y1: number;
  readonly thickness: number;
}

/** Columns of nodes, the largest on top, ribbons stacked in the order of what they lead to. Pure; sizes in pixels. */
export function layFlow(
  nodes: readonly FlowNode[],
  links: readonly FlowLink[],
  { width, height, bar, gap }: { width: number; height: number; bar: number; gap: number },
): { nodes: PlacedNode[]; links: PlacedLink[] } {
  const into = new Float64Array(nodes.length);
  const out = new Float64Array(nodes.length);
  for (const { source, target, value } of links) {
    out[source] = (out[source] ?? 0) + value;
    into[target] = (into[target] ?? 0) + value;
  }
  const valueOf = (i: number): number => Math.max(into[i] ?? 0, out[i] ?? 0);
  const steps = Math.max(0, ...nodes.map(({ step }) => step));
  const columns = Array.from({ length: steps + 1 }, (_, step) =>
    nodes.flatMap((node, i) => (node.step === step ? [i] : [])).toSorted((a, b) => valueOf(b) - valueOf(a)),
  );
  const scale = Math.min(
    ...columns.map((column) => {
      const sum = column.reduce((total, i) => total + valueOf(i), 0);
      return sum === 0 ? Infinity : Math.max(1, height - gap * (column.length - 1)) / sum;
    }),
  );
  const placed: PlacedNode[] = nodes.map((node) => ({ ...node, x: 0, y: 0, height: 0, value: 0 }));
  columns.forEach((column, step) => {
    const tall = column.reduce((total, i) => total + valueOf(i) * scale, 0) + gap * Math.max(0, column.length - 1);
    let y = (height - tall) / 2;
    for (const i of column) {
      const node = nodes[i];
      if (node === undefined) continue;
      const own = valueOf(i) * scale;
      placed[i] = { ...node, x: steps === 0 ? 0 : (step * (width - bar)) / steps, y, height: own, value: valueOf(i) };
      y += own + gap;
    }
  });
  const leaving = new Float64Array(nodes.length);
  const arriving = new Float64Array(nodes.length);
  const byPlace = links.toSorted(
    (a, b) => (placed[a.target]?.y ?? 0) - (placed[b.target]?.y ?? 0) || (placed[a.source]?.y ?? 0) - (placed[b.source]?.y ?? 0),
  );
  return {
    nodes: placed,
    links: byPlace.map((link) => {
      const thickness = link.value * scale;
      const y0 = (placed[link.source]?.y ?? 0) + (leaving[link.source] ?? 0) + thickness / 2;
      const y1 = (placed[link.target]?.y ?? 0) + (arriving[link.target] ?? 0) + thickness / 2;
      leaving[link.source] = (leaving[link.source] ?? 0) + thickness;
      arriving[link.target] = (arriving[link.target] ?? 0) + thickness;
      return { ...link, y0, y1, thickness };
    }),
  };
}
