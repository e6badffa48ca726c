"use client";

import { parseAsArrayOf, parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { REPORT_DIMENSIONS, REPORT_MODELS, type ReportDimension, type ReportModel } from "@/domain/attribution/model";

/** Models side by side at most. */
export const MOST_MODELS = 3;

export interface ReportChoices {
  conversions: readonly { id: string; name: string }[];
  /** Null for whoever may not see segments. */
  segments: readonly { id: string; name: string }[] | null;
  defaults: { from: string; to: string };
}

export interface ReportState {
  conversion: string;
  from: string;
  to: string;
  by: ReportDimension;
  segment: string;
  models: ReportModel[];
  half: number;
}

/** The question of every report, in the address: a link shows the same figures, and the pages pass it on to each other. */
export function useQuestion({ conversions, defaults }: ReportChoices): { state: ReportState; set(next: Partial<ReportState>): void } {
  const [state, setState] = useQueryStates({
    conversion: parseAsString.withDefault(conversions[0]?.id ?? ""),
    from: parseAsString.withDefault(defaults.from),
    to: parseAsString.withDefault(defaults.to),
    by: parseAsStringLiteral(REPORT_DIMENSIONS).withDefault("channel"),
    segment: parseAsString.withDefault(""),
    models: parseAsArrayOf(parseAsStringLiteral(REPORT_MODELS)).withDefault(["last_non_direct", "markov_1"]),
    half: parseAsInteger.withDefault(7),
  });
  const models = [...new Set<ReportModel>(state.models)].slice(0, MOST_MODELS);
  return {
    state: { ...state, models: models.length === 0 ? ["last_non_direct"] : models },
    set: (next) => void setState(next),
  };
}
