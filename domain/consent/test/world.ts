import fc from "fast-check";
import type { Edge, PersonConsent, Question, Statement } from "../decide";
import {
  CHANNEL_KEY,
  GPC_KEY,
  PAUSE_KEY,
  RESTRICTION_KEY,
  STANDING_KEYS,
  type PurposeTerms,
  type StatementState,
  type Stream,
} from "../model";

/** A small world of fragments that say things, meet and part; and what may surely not be sent in it. */
const DAY = 86_400_000;
export const FRAGMENTS = [1, 2, 3];

export const TERMS: PurposeTerms = {
  legalBasis: "consent",
  channels: ["email"],
  regions: [],
  categories: ["ads"],
  tcfPurposes: [],
  usOptOut: true,
  sensitive: true,
  doubleOptIn: false,
  validDays: 20,
};

export type Op =
  | { do: "say"; fragment: number; key: string; stream: Stream; state: StatementState; late: number; days: number | null }
  | { do: "merge"; a: number; b: number }
  | { do: "unmerge"; n: number }
  | { do: "wait"; days: number };

const say = fc.record({
  do: fc.constant("say" as const),
  fragment: fc.constantFrom(...FRAGMENTS),
  key: fc.constantFrom("mail", "mail", "ads", CHANNEL_KEY, PAUSE_KEY, GPC_KEY, ...STANDING_KEYS),
  stream: fc.constantFrom<Stream>("explicit", "signal"),
  state: fc.constantFrom<StatementState>("granted", "granted", "denied", "withdrawn"),
  /** Days between saying and arriving. */
  late: fc.constantFrom(0, 0, 0, 1, 5),
  days: fc.constantFrom(null, null, 3),
});
export const ops: fc.Arbitrary<Op[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: say },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("merge" as const), a: fc.constantFrom(...FRAGMENTS), b: fc.constantFrom(...FRAGMENTS) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("unmerge" as const), n: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), days: fc.constantFrom(1, 4, 21) }) },
  ),
  { minLength: 1, maxLength: 14 },
);

export interface Said extends Statement {
  /** Place in the order of arrival; merges have places in the same order. */
  order: number;
}
interface Join extends Edge {
  order: number;
}

/** Plays operations. Everything ever said stays; readers see the newest of each fragment, key, channel and stream. */
export class World {
  now = Date.UTC(2026, 0, 1);
  readonly said: Said[] = [];
  joins: Join[] = [];
  private order = 0;

  play(op: Op): void {
    this.now += 3_600_000;
    this.order += 1;
    if (op.do === "wait") this.now += op.days * DAY;
    else if (op.do === "merge") {
      if (!this.person(op.a).includes(op.b)) this.joins.push({ a: op.a, b: op.b, at: this.now, inboxId: this.order, order: this.order });
    } else if (op.do === "unmerge") this.joins.splice(op.n % Math.max(1, this.joins.length), 1);
    else this.say(op);
  }

  private say(op: Extract<Op, { do: "say" }>): void {
    const at = this.now - op.late * DAY;
    // GPC only ever says no, as a signal.
    const gpc = op.key === GPC_KEY;
    const channel = op.key === CHANNEL_KEY || op.key === PAUSE_KEY ? "email" : "";
    this.said.push({
      ledgerId: this.order,
      profileId: op.fragment,
      key: op.key,
      channel,
      stream: gpc ? "signal" : op.key === PAUSE_KEY || STANDING_KEYS.includes(op.key) ? "explicit" : op.stream,
      state: gpc ? "denied" : op.state,
      at,
      recordedAt: this.now,
      expiresAt: op.days === null || STANDING_KEYS.includes(op.key) ? null : at + op.days * DAY,
      confirmed: false,
      inboxId: this.order,
      tcfBits: null,
      tcfVendors: null,
      tcfRestricted: null,
      order: this.order,
    });
  }

  /** Fragments that are one person with this one. */
  person(fragment: number): number[] {
    const found = new Set([fragment]);
    for (let size = 0; size !== found.size;) {
      size = found.size;
      for (const { a, b } of this.joins) {
        if (found.has(a)) found.add(b);
        if (found.has(b)) found.add(a);
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  /** As the gate reads the person. */
  facts(fragment: number): PersonConsent {
    const fragments = this.person(fragment);
    const newest = new Map<string, Said>();
    for (const row of this.said) {
      if (!fragments.includes(row.profileId)) continue;
      const key = `${row.profileId}|${row.key}|${row.channel}|${row.stream}`;
      const other = newest.get(key);
      const later = !other || row.at > other.at || (row.at === other.at && (row.state !== "granted" || other.state === "granted"));
      if (later) newest.set(key, row);
    }
    const edges = this.joins.filter(({ a }) => fragments.includes(a));
    return { id: fragments[0] ?? 0, country: null, fragments, statements: [...newest.values()], edges, suppressed: null };
  }

  question(): Question {
    return { purposeId: "mail", version: 1, terms: TERMS, channel: "email", rule: "basis", vendor: null, now: this.now };
  }

  /**
   * Whether sending is surely a violation, told from the whole history and without the gate's way of deciding: nobody of
   * the person has a yes that still holds, or some no of a fragment was never answered by a yes of the same person.
   */
  forbidden(fragment: number): boolean {
    const fragments = this.person(fragment);
    const rows = this.said.filter(({ profileId }) => fragments.includes(profileId));
    const lives = (row: Said): boolean => (row.expiresAt ?? Infinity) > this.now && row.at + (TERMS.validDays ?? 0) * DAY > this.now;
    if (!rows.some((row) => (row.key === "mail" || row.key === "ads") && row.state === "granted" && lives(row))) return true;
    return rows.some((no) => {
      if (no.state === "granted") return false;
      if (no.key === PAUSE_KEY) return (no.expiresAt ?? Infinity) > this.now && !this.answered(no, rows, (yes) => yes.key === PAUSE_KEY);
      if (no.key === CHANNEL_KEY) return !this.answered(no, rows, (yes) => yes.key === CHANNEL_KEY);
      if (no.key === RESTRICTION_KEY) return !this.answered(no, rows, (yes) => yes.key === RESTRICTION_KEY);
      const standing = STANDING_KEYS.includes(no.key);
      return !this.answered(no, rows, (yes) => yes.key === "mail" || yes.key === "ads" || (standing && yes.key === no.key));
    });
  }

  /**
   * A no is answered by what the same fragment said later in the same stream under the same key (yes or no: the later no
   * is looked at by itself), by a later explicit word of it, or by an explicit word of another fragment after they met.
   */
  private answered(no: Said, rows: readonly Said[], about: (row: Said) => boolean): boolean {
    return rows.some((row) => {
      if (row === no) return false;
      const later = row.at > no.at || (row.at === no.at && row.state !== "granted" && row.order > no.order);
      if (row.profileId === no.profileId) {
        if (later && row.key === no.key && row.channel === no.channel && row.stream === no.stream) return true;
        return later && row.stream === "explicit" && about(row);
      }
      return row.stream === "explicit" && about(row) && row.at >= no.at && this.together(row, no.profileId);
    });
  }

  /** Said when the two fragments were already one person, by joins that still hold. */
  private together(row: Said, other: number): boolean {
    const before = new World();
    before.joins = this.joins.filter(({ order }) => order < row.order);
    return before.person(row.profileId).includes(other);
  }
}
