import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { isLocalName } from "./addresses";
import { OutgoingError } from "./errors";

const TIMEOUT_MS = 3_000;
/** Texts of one name that are looked at, and the length of each. */
const MOST_RECORDS = 50;
const MOST_LENGTH = 4_096;

export type TextRecords = (name: string) => Promise<string[]>;

/**
 * TXT records of a public name (SPF, DKIM and DMARC stand there); none for a name that has none.
 * @throws OutgoingError "url" or "refused" for a name that is not public, "unreachable" when the DNS did not answer
 */
export async function textRecords(name: string): Promise<string[]> {
  const host = name.toLowerCase().replace(/\.$/, "");
  if (host.length > 253 || !/^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+$/.test(host)) throw new OutgoingError("url", "no name");
  if (isIP(host) !== 0 || isLocalName(host)) throw new OutgoingError("refused", "not a public name");
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  try {
    const records = await resolver.resolveTxt(host);
    return records.slice(0, MOST_RECORDS).map((parts) => parts.join("").slice(0, MOST_LENGTH));
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === "ENODATA" || code === "ENOTFOUND") return [];
    throw new OutgoingError("unreachable", typeof code === "string" ? code : "unknown");
  }
}
