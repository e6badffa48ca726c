"use client";

import { useQuery } from "@tanstack/react-query";
import type { SourceDetail } from "@/domain/sources/model";
import { fetchJson } from "./fetch-json";

/** A source as it stands: one question for all parts of its page, every ten seconds, sooner until the first message. */
export function useSource(initial: SourceDetail): SourceDetail {
  const { data } = useQuery<SourceDetail | null>({
    queryKey: ["sources", initial.id],
    queryFn: ({ signal }) => fetchJson<SourceDetail>(`/api/sources/${initial.id}`, signal),
    initialData: initial,
    // Null: it was deleted a moment ago, and the next page is on its way.
    enabled: (query) => query.state.data !== null,
    refetchInterval: (query) => (query.state.data?.lastSeenAt === null ? 2_000 : 10_000),
  });
  return data ?? initial;
}
