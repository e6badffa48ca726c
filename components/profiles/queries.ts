import type { PersonSegments } from "@/domain/segments/contracts";
import type { PersonTraitLineage } from "@/domain/segments/computed/contracts";
import type {
  ComputedTraitView,
  EventDetail,
  MergePreview,
  OrdersPage,
  PeopleFilter,
  PeoplePage,
  ProfileGraph,
  SearchResult,
  SharedEvents,
  TimelinePage,
  TraitChange,
} from "@/domain/profiles/schemas";

/** Query keys and fetchers of the profile screens. A plain module: the server may import it too. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept: "application/json" }, cache: "no-store", ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError("OFFLINE", "The server did not answer. Check the connection and try again.");
  }
  const body = (await response.json().catch(() => undefined)) as
    | { ok: true; data: T }
    | { ok: false; error: { code: string; message: string } }
    | undefined;
  if (body?.ok === true) return body.data;
  throw new RequestError(body?.error.code ?? "INTERNAL", body?.error.message ?? `The server answered ${response.status}. Try again.`);
}

/** Parameters of a GET: undefined and empty ones left out, objects as JSON. */
export function toQuery(values: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === "") continue;
    params.set(key, typeof value === "string" ? value : JSON.stringify(value));
  }
  return params.toString();
}

export interface PeopleQuery {
  filter: PeopleFilter;
  sort: string;
  order: "asc" | "desc";
  traits: string[];
  computed: string[];
}

export const peopleKeys = {
  all: ["people"] as const,
  list: (query: PeopleQuery) => ["people", "list", query] as const,
  count: (filter: PeopleFilter) => ["people", "count", filter] as const,
  search: (q: string) => ["people", "search", q] as const,
};

export const fetchPeople = (query: PeopleQuery, cursor: string | undefined, signal: AbortSignal): Promise<PeoplePage> =>
  getJson(`/api/profiles?${toQuery({ ...query, cursor })}`, signal);
export const fetchCount = (filter: PeopleFilter, signal: AbortSignal): Promise<{ count: number }> =>
  getJson(`/api/profiles/count?${toQuery({ filter })}`, signal);
export const fetchSearch = (q: string, signal: AbortSignal): Promise<SearchResult> =>
  getJson(`/api/profiles/search?${toQuery({ q })}`, signal);

export const profileKeys = {
  all: (id: number) => ["profile", id] as const,
  latest: (id: number) => ["profile", id, "latest"] as const,
  timeline: (id: number, filter: object) => ["profile", id, "timeline", filter] as const,
  event: (id: number, event: number) => ["profile", id, "event", event] as const,
  history: (id: number, key: string) => ["profile", id, "history", key] as const,
  computed: (id: number) => ["profile", id, "computed"] as const,
  segments: (id: number) => ["profile", id, "segments"] as const,
  lineage: (id: number, trait: string, value: string) => ["profile", id, "lineage", trait, value] as const,
  graph: (id: number) => ["profile", id, "graph"] as const,
  mergePreview: (id: number, other: number) => ["profile", id, "merge-preview", other] as const,
  shared: (mergeId: string) => ["merge", mergeId, "shared"] as const,
  orders: (id: number) => ["profile", id, "orders"] as const,
};

export interface TimelineFilter {
  events?: string[];
  sources?: string[];
  from?: string;
  to?: string;
  limit?: number;
}

export const fetchTimeline = (id: number, filter: TimelineFilter, cursor: string | undefined, signal: AbortSignal): Promise<TimelinePage> =>
  getJson(`/api/profiles/${id}/timeline?${toQuery({ ...filter, cursor })}`, signal);
export const fetchEvent = (id: number, event: number, signal: AbortSignal): Promise<EventDetail> =>
  getJson(`/api/profiles/${id}/events/${event}`, signal);
export const fetchHistory = (id: number, key: string, signal: AbortSignal): Promise<TraitChange[]> =>
  getJson(`/api/profiles/${id}/trait-history?${toQuery({ key })}`, signal);
export const fetchComputed = (id: number, signal: AbortSignal): Promise<ComputedTraitView[]> =>
  getJson(`/api/profiles/${id}/computed`, signal);
export const fetchSegments = (id: number, signal: AbortSignal): Promise<PersonSegments> => getJson(`/api/profiles/${id}/segments`, signal);
export const fetchLineage = (id: number, trait: string, signal: AbortSignal): Promise<PersonTraitLineage> =>
  getJson(`/api/segments/traits/${encodeURIComponent(trait)}/person?profile=${id}`, signal);
export const fetchGraph = (id: number, signal: AbortSignal): Promise<ProfileGraph> => getJson(`/api/profiles/${id}/graph`, signal);
export const fetchOrders = (id: number, cursor: string | undefined, signal: AbortSignal): Promise<OrdersPage> =>
  getJson(`/api/profiles/${id}/orders?${toQuery({ cursor })}`, signal);
export const fetchMergePreview = (id: number, other: number, signal: AbortSignal): Promise<MergePreview> =>
  getJson(`/api/profiles/${id}/merge-preview?other=${other}`, signal);
export const fetchShared = (mergeId: string, signal: AbortSignal): Promise<SharedEvents> =>
  getJson(`/api/identity/merges/${encodeURIComponent(mergeId)}/shared`, signal);
