import type { PathTable } from "./model";

/** Converting paths that read alike. `days` and `touches` are sums over its paths, for means. */
export interface Shape {
  readonly steps: readonly { readonly channel: number; readonly times: number }[];
  paths: number;
  conversions: number;
  value: number;
  touches: number;
  days: number;
}

const DAY = 86_400;

/** Path p's channels with repeats in a row as one step. */
export function stepsOf(table: PathTable, p: number): { channel: number; times: number }[] {
  const steps: { channel: number; times: number }[] = [];
  const end = table.offsets[p + 1] ?? 0;
  for (let i = table.offsets[p] ?? 0; i < end; i++) {
    const channel = table.channel[i] ?? 0;
    const last = steps.at(-1);
    if (last?.channel === channel) last.times++;
    else steps.push({ channel, times: 1 });
  }
  return steps;
}

/**
 * Shapes of the converting paths that have a touch, those of the most conversions first. Without `repeats` two paths
 * that differ in how often a channel came in a row are one. `keep` leaves paths out. Cost: touches.
 */
export function shapesOf(table: PathTable, options: { repeats: boolean; keep?: (path: number) => boolean }): Shape[] {
  const shapes = new Map<string, Shape>();
  for (let p = 0; p < table.conversions.length; p++) {
    const conversions = table.conversions[p] ?? 0;
    const start = table.offsets[p] ?? 0;
    const length = (table.offsets[p + 1] ?? 0) - start;
    if (conversions === 0 || length === 0 || options.keep?.(p) === false) continue;
    let key = "";
    let before = -1;
    for (let i = start; i < start + length; i++) {
      const channel = table.channel[i] ?? 0;
      if (options.repeats || channel !== before) key += String.fromCharCode(channel);
      before = channel;
    }
    let shape = shapes.get(key);
    if (shape === undefined) {
      const steps = stepsOf(table, p).map((step) => (options.repeats ? step : { ...step, times: 1 }));
      shape = { steps, paths: 0, conversions: 0, value: 0, touches: 0, days: 0 };
      shapes.set(key, shape);
    }
    shape.paths++;
    shape.conversions += conversions;
    shape.value += table.value[p] ?? 0;
    shape.touches += length;
    shape.days += (table.age[start] ?? 0) / DAY;
  }
  return [...shapes.values()].toSorted((a, b) => b.conversions - a.conversions || b.value - a.value || a.steps.length - b.steps.length);
}

export interface Count {
  readonly label: string;
  conversions: number;
  value: number;
}

const LONGEST = 10;

/** Converting paths by their number of touches; the last bar gathers the longest. */
export function lengthCounts(table: PathTable): Count[] {
  const bins: Count[] = Array.from({ length: LONGEST + 1 }, (_, i) => ({
    label: i === LONGEST ? `${LONGEST + 1} or more` : String(i + 1),
    conversions: 0,
    value: 0,
  }));
  eachConverted(table, (p, _, length) => add(bins[Math.min(length, LONGEST + 1) - 1], table, p));
  return bins;
}

/** Upper ends in days of the bars of the time from the first touch to the conversion. */
const LAGS: readonly (readonly [label: string, days: number])[] = [
  ["under 1 hour", 1 / 24],
  ["1 to 24 hours", 1],
  ["1 day", 2],
  ["2 to 3 days", 4],
  ["4 to 6 days", 7],
  ["1 week", 14],
  ["2 weeks", 21],
  ["3 weeks", 28],
  ["4 weeks to 60 days", 60],
  ["60 days or more", Infinity],
];

/** Converting paths by the time from their first touch to the conversion. */
export function lagCounts(table: PathTable): Count[] {
  const bins: Count[] = LAGS.map(([label]) => ({ label, conversions: 0, value: 0 }));
  eachConverted(table, (p, start) => {
    const days = (table.age[start] ?? 0) / DAY;
    add(bins[LAGS.findIndex(([, end]) => days < end)], table, p);
  });
  return bins;
}

export interface Roles {
  initiated: number;
  assisted: number;
  closed: number;
  alone: number;
  paths: number;
  value: number;
}

/** Where each channel stands on converting paths: first, between, last, or alone. A path counts once for each place. */
export function rolesOf(table: PathTable): Roles[] {
  const roles: Roles[] = table.channels.map(() => ({ initiated: 0, assisted: 0, closed: 0, alone: 0, paths: 0, value: 0 }));
  const metIn = new Int32Array(table.channels.length).fill(-1);
  const betweenIn = new Int32Array(table.channels.length).fill(-1);
  eachConverted(table, (p, start, length) => {
    const conversions = table.conversions[p] ?? 0;
    for (let i = 0; i < length; i++) {
      const channel = table.channel[start + i] ?? 0;
      const own = roles[channel];
      if (own === undefined) continue;
      if (metIn[channel] !== p) {
        metIn[channel] = p;
        own.paths += conversions;
        own.value += table.value[p] ?? 0;
      }
      if (length === 1) own.alone += conversions;
      else if (i === 0) own.initiated += conversions;
      else if (i === length - 1) own.closed += conversions;
      else if (betweenIn[channel] !== p) {
        betweenIn[channel] = p;
        own.assisted += conversions;
      }
    }
  });
  return roles;
}

/** Steps that a drawn path keeps; the middle of a longer one becomes one step. */
const DRAWN_STEPS = 5;
export const MORE_STEPS = "…";
export const CONVERTED = "Conversion";

/**
 * Paths as flows between steps. A channel at another step is another node, so nothing runs in circles. Each link is
 * between two columns that follow each other; the last goes to the conversion.
 */
export function flowOf(
  shapes: readonly Pick<Shape, "steps" | "conversions">[],
  channels: readonly string[],
): { nodes: { name: string; step: number }[]; links: { source: number; target: number; conversions: number }[] } {
  const nodes: { name: string; step: number }[] = [];
  const numbers = new Map<string, number>();
  const node = (name: string, step: number): number => {
    const key = `${step} ${name}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, nodes.length);
    return nodes.push({ name, step }) - 1;
  };
  const links = new Map<string, { source: number; target: number; conversions: number }>();
  const drawn = shapes.map(({ steps, conversions }) => ({
    names: shorten(steps.map(({ channel }) => channels[channel] ?? "")),
    conversions,
  }));
  const end = Math.max(0, ...drawn.map(({ names }) => names.length));
  for (const { names, conversions } of drawn) {
    // Paths end together: the last touch stands beside the conversion, however short the path.
    const places = names.map((name, i) => node(name, end - names.length + i));
    places.push(node(CONVERTED, end));
    for (let i = 0; i + 1 < places.length; i++) {
      const source = places[i] ?? 0;
      const target = places[i + 1] ?? 0;
      const key = `${source} ${target}`;
      const link = links.get(key) ?? { source, target, conversions: 0 };
      link.conversions += conversions;
      links.set(key, link);
    }
  }
  return { nodes, links: [...links.values()] };
}

const shorten = (names: readonly string[]): readonly string[] =>
  names.length <= DRAWN_STEPS ? names : [...names.slice(0, 2), MORE_STEPS, ...names.slice(-2)];

function eachConverted(table: PathTable, visit: (path: number, start: number, length: number) => void): void {
  for (let p = 0; p < table.conversions.length; p++) {
    const start = table.offsets[p] ?? 0;
    const length = (table.offsets[p + 1] ?? 0) - start;
    if (length > 0 && (table.conversions[p] ?? 0) > 0) visit(p, start, length);
  }
}

function add(bin: Count | undefined, table: PathTable, p: number): void {
  if (bin === undefined) return;
  bin.conversions += table.conversions[p] ?? 0;
  bin.value += table.value[p] ?? 0;
}
