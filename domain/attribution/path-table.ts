import type { PathTable } from "./model";

export interface PathInput {
  readonly channels: readonly number[];
  /** One age per touch; without them the number of touches that follow (the last one has 0). */
  readonly ages?: readonly number[];
  readonly conversions: number;
  readonly value: number;
  readonly nulls: number;
  readonly lead?: number;
}

/** Packs paths into columns. `channels` are the names that the paths' numbers count through (at most 65,536). */
export function packPaths(channels: readonly string[], paths: readonly PathInput[]): PathTable {
  let touches = 0;
  for (const path of paths) touches += path.channels.length;
  const table = {
    channels,
    offsets: new Uint32Array(paths.length + 1),
    channel: new Uint16Array(touches),
    age: new Float64Array(touches),
    conversions: new Float64Array(paths.length),
    value: new Float64Array(paths.length),
    nulls: new Float64Array(paths.length),
    lead: new Int32Array(paths.length).fill(-1),
  };
  let at = 0;
  paths.forEach((path, p) => {
    const length = path.channels.length;
    for (let i = 0; i < length; i++) {
      table.channel[at + i] = path.channels[i] ?? 0;
      table.age[at + i] = path.ages?.[i] ?? length - 1 - i;
    }
    at += length;
    table.offsets[p + 1] = at;
    table.conversions[p] = path.conversions;
    table.value[p] = path.value;
    table.nulls[p] = path.nulls;
    if (path.lead !== undefined) table.lead[p] = path.lead;
  });
  return table;
}

export interface PathTotals {
  readonly paths: number;
  readonly touches: number;
  readonly conversions: number;
  readonly value: number;
  readonly nulls: number;
}

export function pathTotals(table: PathTable): PathTotals {
  const sum = (column: Float64Array): number => column.reduce((a, b) => a + b, 0);
  return {
    paths: table.conversions.length,
    touches: table.channel.length,
    conversions: sum(table.conversions),
    value: sum(table.value),
    nulls: sum(table.nulls),
  };
}
