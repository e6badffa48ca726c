import { formatCount, formatShare } from "@/components/charts";
import type { JourneyNode, NodeNumbers } from "@/domain/journeys/model";

/** What a box shows of its numbers. */
export interface NodeFigures {
  readonly entered: number;
  readonly here: number;
  /** Left the step by one of its branches. */
  readonly done: number;
  readonly notSent: number;
  readonly failed: number;
  /** Of all who came in, or of those who came to the step before; null: nobody did. */
  readonly share: string | null;
}

export interface NumberView {
  /** People once each, or every time. */
  readonly count: "total" | "unique";
  readonly shareOf: "entry" | "previous";
}

/** Outcomes that are no failure of ours and no delivery. */
const WAITING = new Set(["queued", "review", "sending", "sent"]);

/** Messages that were not sent, by cause, the most frequent first. */
export function notSentCauses(numbers: NodeNumbers): { outcome: string; count: number }[] {
  return Object.entries(numbers.outcomes)
    .filter(([outcome]) => !WAITING.has(outcome))
    .map(([outcome, count]) => ({ outcome, count }))
    .toSorted((a, b) => b.count - a.count);
}

export function figuresOf(
  numbers: NodeNumbers | undefined,
  view: NumberView,
  bases: { readonly entry: NodeNumbers | undefined; readonly previous: readonly (NodeNumbers | undefined)[] },
): NodeFigures {
  const of = (one: NodeNumbers | undefined): number => (one === undefined ? 0 : view.count === "unique" ? one.people : one.entered);
  const entered = of(numbers);
  const base = view.shareOf === "entry" ? of(bases.entry) : bases.previous.reduce((sum, one) => sum + of(one), 0);
  const causes = numbers ? notSentCauses(numbers) : [];
  const failed = causes.find(({ outcome }) => outcome === "failed")?.count ?? 0;
  return {
    entered,
    here: numbers?.here ?? 0,
    done: numbers?.left ?? 0,
    notSent: causes.reduce((sum, { count }) => sum + count, 0) - failed,
    failed,
    share: base === 0 ? null : formatShare(entered, base),
  };
}

/** One line for a box. */
export function figuresText({ entered, here, share }: NodeFigures): string {
  return `${formatCount(entered)} entered${share === null ? "" : ` (${share})`} · ${formatCount(here)} here now`;
}

export const OUTCOME_WORDS: Record<string, string> = {
  queued: "waiting to be sent",
  review: "waiting for approval",
  sending: "being sent",
  sent: "sent",
  capped: "stopped by a frequency cap",
  out_prioritised: "gave way to a message of higher priority",
  not_consented: "no consent",
  unsubscribed: "unsubscribed",
  suppressed: "suppressed",
  quiet_dropped: "fell into quiet hours",
  unreachable: "no address",
  expired: "came too late",
  held_out: "held out",
  rejected: "rejected in review",
  run_ended: "left before it was sent",
  failed: "failed",
};

/** Nodes that lead to each node. */
export function previousOf(
  nodes: readonly JourneyNode[],
  exits: (node: JourneyNode) => readonly { to: string | null }[],
): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const node of nodes) for (const { to } of exits(node)) if (to !== null) out.set(to, [...new Set([...(out.get(to) ?? []), node.id])]);
  return out;
}
