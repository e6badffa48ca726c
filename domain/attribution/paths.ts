import type { PathTable } from "./model";

/** One touch or conversion of a person, as columns in time order: (person, second, event id). */
export interface TouchColumns {
  readonly person: Int32Array;
  /** Seconds since 1970. */
  readonly at: Float64Array;
  readonly event: Float64Array;
  /** Number of the origin (touch_origins.id). */
  readonly origin: Int32Array;
}

export interface ConversionColumns {
  readonly person: Int32Array;
  readonly at: Float64Array;
  readonly event: Float64Array;
  /** In the company's currency, refunds taken off. */
  readonly value: Float64Array;
}

export interface PathRules {
  /** Windows in seconds before the conversion. */
  readonly clickWindow: number;
  readonly viewWindow: number;
  /** Whether a touch of an origin is a view. */
  isView(origin: number): boolean;
  /** Conversions count from here; earlier ones only end paths. Seconds. */
  readonly from: number;
  /** What comes from here on is not looked at. Seconds. */
  readonly to: number;
  /** People that the report is about. */
  includes(person: number): boolean;
  /** Only the first conversion of each person. */
  readonly once: boolean;
  /** People whose touches may not be used: their conversions are counted apart. */
  restricted(person: number): boolean;
}

/** Paths with everything that reports cut them by. `origin` and `age` per touch; `person`, `event`, `at` per path. */
export interface Paths {
  readonly offsets: Uint32Array;
  readonly origin: Int32Array;
  readonly age: Float64Array;
  readonly person: Int32Array;
  /** Event id of the conversion; 0: a path without one. */
  readonly event: Float64Array;
  /** Second of the conversion; of a path without one: of its last touch. */
  readonly at: Float64Array;
  readonly conversions: Float64Array;
  readonly value: Float64Array;
  readonly nulls: Float64Array;
  /** Conversions of people whose touches may not be used. */
  readonly restricted: { readonly conversions: number; readonly value: number };
}

/**
 * Joins touches and conversions, both sorted by (person, at, event), into paths. A path begins after the person's
 * conversion before it; a touch counts inside its window; one at the same instant as the conversion counts when its
 * event id is lower. People without a conversion give one path of their touches since `from`. Cost: one pass.
 */
export function buildPaths(touches: TouchColumns, conversions: ConversionColumns, rules: PathRules): Paths {
  const made = new PathWriter(touches.person.length);
  let t = 0;
  let c = 0;
  const touchCount = touches.person.length;
  const conversionCount = conversions.person.length;
  while (t < touchCount || c < conversionCount) {
    const person = Math.min(touches.person[t] ?? Infinity, conversions.person[c] ?? Infinity);
    let touchEnd = t;
    while (touchEnd < touchCount && touches.person[touchEnd] === person) touchEnd++;
    let conversionEnd = c;
    while (conversionEnd < conversionCount && conversions.person[conversionEnd] === person) conversionEnd++;
    if (rules.includes(person)) {
      const lastTouch = before(touches.at, t, touchEnd, rules.to);
      const lastConversion = before(conversions.at, c, conversionEnd, rules.to);
      if (rules.restricted(person))
        made.restrict(conversions, c, rules.once ? Math.min(c + 1, lastConversion) : lastConversion, rules.from);
      else if (c === lastConversion) made.addNull(touches, t, lastTouch, rules.from);
      else made.addPerson(touches, t, lastTouch, conversions, c, lastConversion, rules);
    }
    t = touchEnd;
    c = conversionEnd;
  }
  return made.finish();
}

/** End of the rows in [start, end) whose time is before `to`. */
function before(at: Float64Array, start: number, end: number, to: number): number {
  let last = end;
  while (last > start && (at[last - 1] ?? 0) >= to) last--;
  return last;
}

class PathWriter {
  private readonly origin: Int32Array;
  private readonly age: Float64Array;
  private touches = 0;
  private readonly offsets: number[] = [0];
  private readonly person: number[] = [];
  private readonly event: number[] = [];
  private readonly at: number[] = [];
  private readonly conversions: number[] = [];
  private readonly value: number[] = [];
  private readonly nulls: number[] = [];
  private readonly restricted = { conversions: 0, value: 0 };

  constructor(touches: number) {
    // A touch belongs to one path at most.
    this.origin = new Int32Array(touches);
    this.age = new Float64Array(touches);
  }

  restrict(conversions: ConversionColumns, from: number, to: number, since: number): void {
    for (let c = from; c < to; c++) {
      if ((conversions.at[c] ?? 0) < since) continue;
      this.restricted.conversions += 1;
      this.restricted.value += conversions.value[c] ?? 0;
    }
  }

  addNull(touches: TouchColumns, from: number, to: number, since: number): void {
    let last = 0;
    for (let t = from; t < to; t++) {
      const at = touches.at[t] ?? 0;
      if (at < since) continue;
      this.origin[this.touches++] = touches.origin[t] ?? 0;
      last = at;
    }
    const start = this.offsets.at(-1) ?? 0;
    if (this.touches === start) return;
    for (let i = start, t = to - (this.touches - start); i < this.touches; i++, t++) this.age[i] = last - (touches.at[t] ?? 0);
    this.close(touches.person[from] ?? 0, 0, last, 0, 0, 1);
  }

  addPerson(touches: TouchColumns, t0: number, t1: number, conversions: ConversionColumns, c0: number, c1: number, rules: PathRules): void {
    let t = t0;
    for (let c = c0; c < c1; c++) {
      const at = conversions.at[c] ?? 0;
      const event = conversions.event[c] ?? 0;
      const counts = at >= rules.from;
      while (t < t1) {
        const touchAt = touches.at[t] ?? 0;
        if (touchAt > at || (touchAt === at && (touches.event[t] ?? 0) > event)) break;
        const origin = touches.origin[t] ?? 0;
        const age = at - touchAt;
        if (counts && age <= (rules.isView(origin) ? rules.viewWindow : rules.clickWindow)) {
          this.origin[this.touches] = origin;
          this.age[this.touches++] = age;
        }
        t++;
      }
      if (counts) this.close(conversions.person[c] ?? 0, event, at, 1, conversions.value[c] ?? 0, 0);
      if (rules.once) return;
    }
  }

  private close(person: number, event: number, at: number, conversions: number, value: number, nulls: number): void {
    this.offsets.push(this.touches);
    this.person.push(person);
    this.event.push(event);
    this.at.push(at);
    this.conversions.push(conversions);
    this.value.push(value);
    this.nulls.push(nulls);
  }

  finish(): Paths {
    return {
      offsets: Uint32Array.from(this.offsets),
      origin: this.origin.slice(0, this.touches),
      age: this.age.slice(0, this.touches),
      person: Int32Array.from(this.person),
      event: Float64Array.from(this.event),
      at: Float64Array.from(this.at),
      conversions: Float64Array.from(this.conversions),
      value: Float64Array.from(this.value),
      nulls: Float64Array.from(this.nulls),
      restricted: this.restricted,
    };
  }
}

/** Paths counted by a dimension of their origins (channel, campaign ...): `names` and, by origin number, which of them. */
export function tableOf(paths: Paths, dimension: { readonly names: readonly string[]; readonly of: Uint16Array }): PathTable {
  const channel = new Uint16Array(paths.origin.length);
  for (let i = 0; i < channel.length; i++) channel[i] = dimension.of[paths.origin[i] ?? 0] ?? 0;
  return {
    channels: dimension.names,
    offsets: paths.offsets,
    channel,
    age: paths.age,
    conversions: paths.conversions,
    value: paths.value,
    nulls: paths.nulls,
    lead: new Int32Array(paths.conversions.length).fill(-1),
  };
}

/** The paths that a filter keeps: by person (a segment), time (a narrower range) or whatever else is known of a path. */
export function selectPaths(paths: Paths, keep: (path: number) => boolean): Paths {
  const chosen: number[] = [];
  let touches = 0;
  for (let p = 0; p < paths.person.length; p++) {
    if (!keep(p)) continue;
    chosen.push(p);
    touches += (paths.offsets[p + 1] ?? 0) - (paths.offsets[p] ?? 0);
  }
  const origin = new Int32Array(touches);
  const age = new Float64Array(touches);
  const offsets = new Uint32Array(chosen.length + 1);
  let at = 0;
  chosen.forEach((p, i) => {
    const from = paths.offsets[p] ?? 0;
    const to = paths.offsets[p + 1] ?? 0;
    origin.set(paths.origin.subarray(from, to), at);
    age.set(paths.age.subarray(from, to), at);
    at += to - from;
    offsets[i + 1] = at;
  });
  const pick = (column: Float64Array): Float64Array => Float64Array.from(chosen, (p) => column[p] ?? 0);
  return {
    offsets,
    origin,
    age,
    person: Int32Array.from(chosen, (p) => paths.person[p] ?? 0),
    event: pick(paths.event),
    at: pick(paths.at),
    conversions: pick(paths.conversions),
    value: pick(paths.value),
    nulls: pick(paths.nulls),
    restricted: paths.restricted,
  };
}
