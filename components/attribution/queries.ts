import type { Result } from "@/domain/kernel/model";

/** Asks one of the report routes; `question` is its query, nulls are left out. */
export async function fetchReport<T>(
  view: string,
  question: Readonly<Record<string, string | number | boolean | null | readonly string[]>>,
  signal: AbortSignal,
): Promise<T> {
  const query = new URLSearchParams(
    Object.entries(question).flatMap(([key, value]): [string, string][] =>
      value === null || value === "" ? [] : [[key, Array.isArray(value) ? value.join(",") : String(value)]],
    ),
  );
  const answer = await fetch(`/api/attribution/${view}?${query.toString()}`, { cache: "no-store", signal });
  const body = (await answer.json().catch(() => null)) as Result<T> | null;
  if (body?.ok === true) return body.data;
  throw new Error(body?.ok === false ? body.error.message : `The server answered ${answer.status}.`);
}
