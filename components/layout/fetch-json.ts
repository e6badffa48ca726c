import type { Result } from "@/domain/kernel/model";

/** Reads of our own handlers: the data, or an Error in words for people. */
export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  return answerOf<T>(await fetch(url, { cache: "no-store", headers: { accept: "application/json" }, ...(signal ? { signal } : {}) }));
}

/** Reads whose question is too long for an address. */
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
