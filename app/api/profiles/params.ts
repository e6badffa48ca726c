import "server-only";
import { DomainError } from "@/domain/kernel/errors";

/** Query parameters of a GET as verb input: the named ones are JSON, the rest text. */
export function readParams(params: URLSearchParams, json: readonly string[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of params) {
    if (!json.includes(key)) {
      out[key] = value;
      continue;
    }
    try {
      out[key] = JSON.parse(value);
    } catch {
      throw new DomainError("VALIDATION", `The parameter ${key} is not JSON.`, { fields: { [key]: "not JSON" } });
    }
  }
  return out;
}

/** Profile or event id of a path; anything else is nobody's. */
export function idOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new DomainError("NOT_FOUND", "There is nothing with this id.");
  return Number(text);
}
