import type { MediaMix } from "@/domain/attribution/mmm/model";
import type { Result } from "@/domain/kernel/model";

export interface MixQuestion {
  readonly conversion: string;
  readonly measure: string;
  readonly weeks: number;
}

export async function fetchMix({ weeks, ...question }: MixQuestion, signal: AbortSignal): Promise<MediaMix> {
  const query = new URLSearchParams({ ...question, weeks: String(weeks) });
  const answer = await fetch(`/api/budget/mix?${query.toString()}`, { cache: "no-store", signal });
  const body = (await answer.json().catch(() => null)) as Result<MediaMix> | null;
  if (body?.ok === true) return body.data;
  throw new Error(body?.ok === false ? body.error.message : `The server answered ${answer.status}.`);
}
