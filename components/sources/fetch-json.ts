import type { Result } from "@/domain/kernel/errors";

/** GET of one of our own routes; a refusal becomes an Error with its message. */
export async function fetchJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(url, { cache: "no-store", headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  const body = (await answer.json().catch(() => null)) as Result<T> | null;
  if (body?.ok === true) return body.data;
  throw new Error(body?.ok === false ? body.error.message : `The server answered ${answer.status}. Try again in a moment.`);
}
