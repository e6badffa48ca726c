import { marginalAt, responseAt, splitBudget, type BudgetShare, type ResponseCurve } from "@/domain/attribution/mmm/budget";
import type { MixChannel } from "@/domain/attribution/mmm/model";

export interface Bounds {
  readonly least: number;
  readonly most: number;
}

export interface Scenario {
  readonly name: string;
  readonly shares: readonly BudgetShare[];
  readonly spend: number;
  readonly response: number;
}

/** What is spent now, and what the curves say that it brings. */
export function todayOf(channels: readonly MixChannel[]): Scenario {
  return scenario(
    "Today",
    channels.map(({ name, weekly, curve }) => ({
      channel: name,
      spend: weekly,
      response: responseAt(curve, weekly),
      marginal: marginalAt(curve, weekly),
      bound: null,
    })),
  );
}

/** The split of a weekly budget that brings the most inside the bounds, or why there is none. */
export function bestSplit(
  name: string,
  channels: readonly MixChannel[],
  bounds: ReadonlyMap<string, Bounds>,
  budget: number,
): Scenario | { readonly problem: "too_little" | "too_much"; readonly limit: number } {
  const curves: ResponseCurve[] = channels.map(({ name: channel, curve }) => ({ ...curve, ...bounds.get(channel) }));
  const least = curves.reduce((sum, curve) => sum + curve.least, 0);
  const most = curves.reduce((sum, curve) => sum + curve.most, 0);
  if (budget < least - 1e-6) return { problem: "too_little", limit: least };
  if (budget > most + 1e-6) return { problem: "too_much", limit: most };
  return scenario(name, splitBudget(curves, Math.min(most, Math.max(least, budget))));
}

function scenario(name: string, shares: readonly BudgetShare[]): Scenario {
  const sum = (of: (share: BudgetShare) => number): number => shares.reduce((total, share) => total + of(share), 0);
  return { name, shares, spend: sum(({ spend }) => spend), response: sum(({ response }) => response) };
}

const POINTS = 60;

/** Points of every curve over one axis of weekly spend, up to twice what any channel spends now. */
export function curvePoints(channels: readonly MixChannel[]): Record<string, number>[] {
  const most = Math.max(1, ...channels.map(({ weekly }) => weekly * 2));
  return Array.from({ length: POINTS + 1 }, (_, i) => {
    const spend = (most * i) / POINTS;
    return { spend, ...Object.fromEntries(channels.map(({ curve }, c) => [`c${c}`, responseAt(curve, spend)])) };
  });
}
