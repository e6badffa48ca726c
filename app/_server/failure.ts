import "server-only";
import { unstable_rethrow } from "next/navigation";
import { DomainError, type Result } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { log } from "./log";

type Refusal = Extract<Result<never>, { ok: false }>["error"];

/**
 * What a surface answers when a verb threw. A refusal (DomainError) goes out as it is; anything else is logged with
 * an id, and only that id is shown.
 */
export function refusalOf(error: unknown, where: string): Refusal {
  // Next's own signals (redirect, not found) are not failures.
  unstable_rethrow(error);
  if (error instanceof DomainError) {
    return { code: error.code, message: error.message, ...(error.fields ? { fields: error.fields } : {}) };
  }
  const id = newId("err");
  log.error("request.failed", { id, path: where, error });
  return { code: "INTERNAL", message: `Something went wrong on our side. Try again; if it happens again, give an admin this id: ${id}` };
}
