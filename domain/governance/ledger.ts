import { createHmac } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { suppressionHash, suppressionTag } from "@/domain/identity";
import { env } from "@/domain/kernel/env";
import { secretFor } from "@/domain/kernel/secrets";
import type { SubjectIdentifier } from "./model";

/**
 * Erasures and suppressions in a file outside the database (DATA_DIR/erasures.jsonl), so that a restore of an older
 * backup repeats them before anything is sent. It holds keyed hashes, no identifier. Each line carries a MAC.
 */
export interface LedgerIdentifier {
  hash: string;
  tag: number;
  type: string;
}

export type LedgerLine =
  | { kind: "erased"; requestId: string; at: string; suppress: boolean; identifiers: LedgerIdentifier[] }
  | { kind: "suppressed"; requestId: string; at: string; identifiers: LedgerIdentifier[] }
  | { kind: "unsuppressed"; requestId: string; at: string; hashes: string[] };

type NewLine =
  | { kind: "erased"; requestId: string; at: Date; suppress: boolean; identifiers: readonly SubjectIdentifier[] }
  | { kind: "suppressed"; requestId: string; at: Date; identifiers: readonly SubjectIdentifier[] }
  | { kind: "unsuppressed"; requestId: string; at: Date; hashes: string[] };

const file = (): string => join(env().DATA_DIR, "erasures.jsonl");
const macOf = (text: string): string => createHmac("sha256", secretFor("erasure-ledger")).update(text).digest("base64url");

/** Appends a line and waits for the disk. A line written twice (a job that was killed in between) does no harm. */
export async function appendLedger(line: NewLine): Promise<void> {
  const entry =
    "identifiers" in line
      ? {
          ...line,
          at: line.at.toISOString(),
          identifiers: line.identifiers.map((ref) => ({
            hash: suppressionHash(ref),
            tag: suppressionTag(ref.type, ref.value),
            type: ref.type,
          })),
        }
      : { ...line, at: line.at.toISOString() };
  const text = JSON.stringify(entry);
  await mkdir(env().DATA_DIR, { recursive: true });
  const handle = await open(file(), "a", 0o600);
  try {
    await handle.write(`${macOf(text)} ${text}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** The lines that this install wrote, in order. A line that was cut or altered is refused with its number. */
export async function readLedger(): Promise<LedgerLine[]> {
  let text: string;
  try {
    text = await readFile(file(), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => {
      const [mac = "", ...rest] = line.split(" ");
      const body = rest.join(" ");
      if (macOf(body) !== mac)
        throw new Error(
          `Line ${index + 1} of ${file()} is not as it was written. Put the file back from a copy: without it a restore forgets erasures.`,
        );
      return JSON.parse(body) as LedgerLine;
    });
}
