import type { Result } from "@/domain/kernel/model";
import type { JourneyDetail, JourneySummary, NodeNumbers, RunSummary } from "@/domain/journeys/model";
import type { PersonJourneys, PublishedVersion, PublishPreview } from "@/domain/journeys/schemas";

/** As JSON: moments are ISO text. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer One)[]
    ? readonly Wire<One>[]
    : T extends object
      ? { readonly [Key in keyof T]: Wire<T[Key]> }
      : T;

async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(url, { cache: "no-store", headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  const body = (await answer.json().catch(() => null)) as Result<T> | null;
  if (body?.ok === true) return body.data;
  throw new Error(body?.ok === false ? body.error.message : `The server answered ${answer.status}. Try again in a moment.`);
}

const at = (id: string, rest = "") => `/api/journeys/${encodeURIComponent(id)}${rest}`;

export const journeyKeys = {
  list: ["journeys"] as const,
  numbers: (id: string, days: number | null) => ["journeys", id, "numbers", days] as const,
  people: (id: string, node: string | null, status: string | null) => ["journeys", id, "people", node, status] as const,
  preview: (id: string) => ["journeys", id, "preview"] as const,
  person: (profileId: number) => ["profile", profileId, "journeys"] as const,
  version: (id: string, version: number) => ["journeys", id, "version", version] as const,
};

export const fetchJourneys = (signal?: AbortSignal) => getJson<Wire<JourneySummary[]>>("/api/journeys", signal);
/** The drawing is plain JSON: it has no moments to turn. */
export const fetchJourney = (id: string, signal?: AbortSignal) =>
  getJson<Pick<JourneyDetail, "draft" | "revision" | "draftBy" | "version">>(at(id), signal);
export const fetchPreview = (id: string, signal?: AbortSignal) => getJson<PublishPreview>(at(id, "/preview"), signal);
export const fetchVersion = (id: string, version: number, signal?: AbortSignal) =>
  getJson<PublishedVersion>(at(id, `/versions/${version}`), signal);
export const fetchNumbers = (id: string, from: string | null, signal?: AbortSignal) =>
  getJson<{ asOf: string; numbers: NodeNumbers[] }>(at(id, `/numbers${from === null ? "" : `?${new URLSearchParams({ from })}`}`), signal);
export const fetchPeople = (id: string, node: string | null, status: string | null, signal?: AbortSignal) =>
  getJson<Wire<RunSummary[]>>(
    at(id, `/people?${new URLSearchParams({ ...(node === null ? {} : { node }), ...(status === null ? {} : { status }) })}`),
    signal,
  );
export const fetchPersonJourneys = (profileId: number, signal?: AbortSignal) =>
  getJson<Wire<PersonJourneys>>(`/api/journeys/people/${profileId}`, signal);
