import type { AttributionReport } from "@/domain/attribution/model";
import type { Result } from "@/domain/kernel/model";

export interface ReportQuestion {
  readonly conversion: string;
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly models: readonly string[];
  readonly half: number;
}

export async function fetchReport(question: ReportQuestion, signal: AbortSignal): Promise<AttributionReport> {
  const query = new URLSearchParams({ ...question, models: question.models.join(","), half: String(question.half) });
  const answer = await fetch(`/api/attribution/report?${query.toString()}`, { cache: "no-store", signal });
  const body = (await answer.json().catch(() => null)) as Result<AttributionReport> | null;
  if (body?.ok === true) return body.data;
  throw new Error(body?.ok === false ? body.error.message : `The server answered ${answer.status}.`);
}
