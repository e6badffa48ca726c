const integer = new Intl.NumberFormat("en-GB");
const minute = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

export const formatNumber = (n: number): string => integer.format(n);
/** With its zone: these pages are on record. */
export const formatMinute = (iso: string): string => `${minute.format(new Date(iso))} UTC`;

/** Answer of a GET of ours, or its refusal as an error. */
export async function getJson<T>(url: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(url, { headers: { accept: "application/json" }, cache: "no-store", signal });
  const body = (await response.json().catch(() => undefined)) as
    | { ok: true; data: T }
    | { ok: false; error: { message: string } }
    | undefined;
  if (body?.ok) return body.data;
  throw new Error(body?.error.message ?? `The server answered ${response.status}. Try again.`);
}
