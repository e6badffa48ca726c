"use client";

import { useEffect, useState } from "react";
import type { SeenWarning } from "@/domain/segments/catalog-model";
import type { Estimate } from "@/domain/segments/contracts";
import type { Rule } from "@/domain/segments/model";
import { fetchEstimate, postJson } from "./queries";

const DEBOUNCE_MS = 300;

export interface Estimated {
  estimate: Estimate | undefined;
  /** Seen-before check of the same rule. */
  warnings: readonly SeenWarning[];
  /** The numbers belong to an older rule. */
  stale: boolean;
  error: string | null;
  retry: () => void;
}

/**
 * Exact counts of the rule as it stands, once it has stood still for 300 ms. A request for an older rule is aborted, and
 * the numbers before are kept meanwhile.
 */
export function useEstimate(rule: Rule, segmentId: string | undefined): Estimated {
  const key = JSON.stringify(rule);
  const [counted, setCounted] = useState<{ key: string; estimate: Estimate } | null>(null);
  const [seen, setSeen] = useState<readonly SeenWarning[]>([]);
  const [failed, setFailed] = useState<{ key: string; message: string } | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const draft = { rule: JSON.parse(key) as Rule, segmentId };
    const timer = setTimeout(() => {
      fetchEstimate(draft, abort.signal).then(
        (estimate) => {
          setCounted({ key, estimate });
          setFailed(null);
        },
        (error: unknown) => {
          if (!abort.signal.aborted) setFailed({ key, message: error instanceof Error ? error.message : "The counts could not be read." });
        },
      );
      // A warning that cannot be read is no reason to disturb: counts say what counts.
      postJson<SeenWarning[]>("/api/segments/seen", { rule: draft.rule }, abort.signal).then(setSeen, () => {});
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key, segmentId, attempt]);
  const error = failed?.key === key ? failed.message : null;
  return {
    estimate: counted?.estimate,
    warnings: seen,
    stale: counted?.key !== key && error === null,
    error,
    retry: () => setAttempt((n) => n + 1),
  };
}
