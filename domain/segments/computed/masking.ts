import type { Json } from "@/domain/events/model";
import { maskText } from "@/domain/profiles";

const DOTS = "•••";

/** A value for who may not see personal data: of a personal trait only numbers stay, of others addresses are hidden. */
export function maskValue(value: Json, personal: boolean): Json {
  if (typeof value === "string") return personal ? DOTS : maskText(value);
  if (Array.isArray(value)) return personal ? value.map(() => DOTS) : value.map((item) => maskValue(item, false));
  return value !== null && typeof value === "object" ? DOTS : value;
}
