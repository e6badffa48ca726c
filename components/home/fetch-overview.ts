import type { Result } from "@/domain/kernel/errors";
import type { Overview, OverviewRange } from "@/domain/overview/model";

export async function fetchOverview(range: OverviewRange, signal: AbortSignal): Promise<Overview> {
  const answer = await fetch(`/api/overview?range=${range}`, { cache: "no-store", signal });
  const body = (await answer.json().catch(() => null)) as Result<Overview> | null;
  if (body?.ok === true) return body.data;
  throw new Error(body?.ok === false ? body.error.message : `The server answered ${answer.status}.`);
}
