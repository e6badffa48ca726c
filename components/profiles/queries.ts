import type { PeopleFilter, PeoplePage, SearchResult } from "@/domain/profiles/schemas";

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
export const fetchSearch = (q: string, signal: AbortSignal): Promise<SearchResult> => getJson(`/api/search?${toQuery({ q })}`, signal);
