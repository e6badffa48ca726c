import type { RehearsalView, Walk } from "@/domain/journeys/rehearsal-model";
import type { SearchResult } from "@/domain/profiles/schemas";
import type { Result } from "@/domain/kernel/model";

/** Dates are ISO texts once they came over the wire. */
export type RehearsalWire = Omit<RehearsalView, "from" | "to" | "createdAt" | "finishedAt"> & {
  readonly from: string;
  readonly to: string;
  readonly createdAt: string;
  readonly finishedAt: string | null;
};

async function read<T>(answer: Response): Promise<T> {
  const body = (await answer.json().catch(() => null)) as Result<T> | null;
  if (body?.ok === true) return body.data;
  throw new Error(body?.ok === false ? body.error.message : `The server answered ${answer.status}.`);
}

export async function fetchRehearsal(journeyId: string, signal: AbortSignal): Promise<RehearsalWire | null> {
  return read(await fetch(`/api/journeys/${encodeURIComponent(journeyId)}/rehearsal`, { cache: "no-store", signal }));
}

export interface WalkQuestion {
  readonly person:
    | { readonly kind: "profile"; readonly profileId: number }
    | {
        readonly kind: "made_up";
        readonly traits: Readonly<Record<string, unknown>>;
        readonly zone: string | null;
        readonly memberOf: readonly string[];
        readonly agreed: boolean;
      };
  readonly start: string | null;
  readonly key: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly at: string; readonly name: string; readonly properties: Readonly<Record<string, unknown>> }[];
  readonly days: number;
}

/** A read, sent as POST since the question is too long for an address. */
export async function fetchWalk(journeyId: string, question: WalkQuestion): Promise<Walk> {
  return read(
    await fetch(`/api/journeys/${encodeURIComponent(journeyId)}/walk`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(question),
    }),
  );
}

/** People by name or identifier. */
export async function fetchPeople(text: string, signal: AbortSignal): Promise<SearchResult> {
  return read(await fetch(`/api/profiles/search?${new URLSearchParams({ q: text }).toString()}`, { cache: "no-store", signal }));
}
