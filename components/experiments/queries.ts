import type { ExperimentResult } from "@/domain/experiments/model";
import type { Result } from "@/domain/kernel/model";

export interface ResultQuestion {
  readonly id: string;
  readonly measure: string;
  readonly arm: string;
  readonly cuped: boolean;
  readonly by: string;
  readonly score: string;
}

export async function fetchResult({ cuped, ...question }: ResultQuestion, signal: AbortSignal): Promise<ExperimentResult> {
  const query = new URLSearchParams({ ...question, cuped: cuped ? "1" : "" });
  const answer = await fetch(`/api/experiments/result?${query.toString()}`, { cache: "no-store", signal });
  const body = (await answer.json().catch(() => null)) as Result<ExperimentResult> | null;
  if (body?.ok === true) return body.data;
  throw new Error(body?.ok === false ? body.error.message : `The server answered ${answer.status}.`);
}
