import type {
  Coverage,
  Estimate,
  ListDetail,
  Overlap,
  Page,
  SampleMember,
  SegmentDetail,
  SegmentMember,
  SegmentPerson,
  SegmentSummary,
  SizePoint,
  TestedPerson,
  Transition,
} from "@/domain/segments/contracts";
import type { Result } from "@/domain/kernel/model";
import type { Rule } from "@/domain/segments/model";

export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  return answerOf<T>(await fetch(url, { cache: "no-store", headers: { accept: "application/json" }, ...(signal ? { signal } : {}) }));
}

/** Reads whose question is a whole rule are too long for an address. */
export async function postJson<T>(url: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return answerOf<T>(
    await fetch(url, {
      method: "POST",
      cache: "no-store",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    }),
  );
}

async function answerOf<T>(answer: Response): Promise<T> {
  const body = (await answer.json().catch(() => null)) as Result<T> | null;
  if (body?.ok === true) return body.data;
  throw new Error(body?.ok === false ? body.error.message : `The server answered ${answer.status}. Try again in a moment.`);
}

interface Draft {
  rule: Rule;
  segmentId?: string | undefined;
}
export const fetchEstimate = (draft: Draft, signal: AbortSignal) => postJson<Estimate>("/api/segments/estimate", draft, signal);
export const fetchSample = (draft: Draft, signal: AbortSignal) =>
  postJson<SampleMember[]>("/api/segments/sample", { ...draft, limit: 10 }, signal);
export const fetchTest = (draft: Draft, query: string) => postJson<TestedPerson>("/api/segments/test", { ...draft, query });

export const segmentKeys = {
  list: ["segments"] as const,
  one: (id: string) => ["segments", id] as const,
  members: (id: string) => ["segments", id, "members"] as const,
  transitions: (id: string) => ["segments", id, "transitions"] as const,
  listOf: (id: string) => ["segments", "lists", id] as const,
  listMembers: (id: string) => ["segments", "lists", id, "members"] as const,
  overlap: (ids: readonly string[]) => ["segments", "overlap", ...ids] as const,
  sizes: (id: string, hours: number) => ["segments", id, "sizes", hours] as const,
};
export const fetchOverlap = (ids: readonly string[], signal: AbortSignal) =>
  getJson<Overlap>(`/api/segments/overlap?${new URLSearchParams(ids.map((id) => ["id", id]))}`, signal);
export const fetchCoverage = (id: string, signal: AbortSignal) =>
  getJson<Coverage>(`/api/segments/${encodeURIComponent(id)}/coverage`, signal);
export const fetchDraftCoverage = (draft: Draft, signal: AbortSignal) => postJson<Coverage>("/api/segments/coverage", draft, signal);
export const fetchList = (id: string, signal: AbortSignal) => getJson<ListDetail>(`/api/lists/${encodeURIComponent(id)}`, signal);
export const fetchListMembers = (id: string, cursor: string | undefined, signal: AbortSignal) =>
  getJson<Page<SegmentPerson & { addedAt: string }>>(
    `/api/lists/${encodeURIComponent(id)}/members${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`,
    signal,
  );
export const fetchSegments = (signal: AbortSignal) => getJson<SegmentSummary[]>("/api/segments", signal);
const at = (id: string, rest = "") => `/api/segments/${encodeURIComponent(id)}${rest}`;
export const fetchSegment = (id: string, signal: AbortSignal) => getJson<SegmentDetail>(at(id), signal);
export const fetchMembers = (id: string, cursor: string | undefined, signal: AbortSignal) =>
  getJson<Page<SegmentMember>>(at(id, `/members${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`), signal);
export const fetchTransitions = (id: string, cursor: string | undefined, signal: AbortSignal) =>
  getJson<Page<Transition>>(at(id, `/transitions${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`), signal);
export const fetchSizes = (id: string, hours: number, signal: AbortSignal) => getJson<SizePoint[]>(at(id, `/sizes?hours=${hours}`), signal);
