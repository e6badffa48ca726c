import { Refused } from "./refused";

/** Two names of one request for its key. Different ones are a mistake that would send data to the wrong source. */
export function sameKey(known: string | undefined, key: unknown): string | undefined {
  if (typeof key !== "string" || key === "" || key === known) return known;
  if (known !== undefined) throw new Refused("conflicting_keys", "The request names different write keys");
  return key;
}
