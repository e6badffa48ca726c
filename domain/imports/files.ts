import { mkdir, open, rm, stat, statfs, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { env } from "@/domain/kernel/env";
import { DomainError } from "@/domain/kernel/errors";

/** Folder of uploaded files and error files; only this install's user may read it. */
async function folder(): Promise<string> {
  const path = join(env().DATA_DIR, "imports");
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

const ID = /^imp_[0-9a-z]{12}$/;

/** The one place that makes a path of an id, so that nothing else ever reaches the file system. */
async function pathOf(id: string, suffix: string): Promise<string> {
  if (!ID.test(id)) throw new Error("Not an import id");
  return join(await folder(), `${id}${suffix}`);
}

export const uploadPath = (id: string): Promise<string> => pathOf(id, ".csv");
export const errorPath = (id: string): Promise<string> => pathOf(id, ".errors.csv");

export async function removeUpload(id: string): Promise<void> {
  await rm(await uploadPath(id), { force: true });
}

export async function removeFiles(id: string): Promise<void> {
  await removeUpload(id);
  await rm(await errorPath(id), { force: true });
}

/** Size of a file, or null when it is not there. */
export async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Room that stays free on the disk whatever is uploaded. */
const HEADROOM = 512 * 1024 * 1024;

/**
 * Writes a stream to the import's file (0600), piece by piece: the sender is slowed down to what the disk takes.
 * Refuses more than `limit` bytes and a disk without room, and leaves nothing behind then.
 */
export async function receiveUpload(id: string, body: AsyncIterable<Uint8Array>, limit: number, expected: number | null): Promise<number> {
  const path = await uploadPath(id);
  const tooLarge = (): DomainError =>
    new DomainError("LIMIT_EXCEEDED", `The file is larger than the limit of ${sizeText(limit)}. Split it, or compress it as .csv.gz.`);
  if (expected !== null && expected > limit) throw tooLarge();
  const disk = await statfs(await folder());
  if (disk.bavail * disk.bsize < (expected ?? 0) + HEADROOM) {
    throw new DomainError("LIMIT_EXCEEDED", "The disk of this install has no room for the file. Ask its operator to free some space.");
  }
  let file: FileHandle | undefined;
  let bytes = 0;
  try {
    file = await open(path, "w", 0o600);
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > limit) throw tooLarge();
      await file.writev([chunk]);
    }
    await file.sync();
    await file.close();
    return bytes;
  } catch (error) {
    await file?.close().catch(() => {});
    await rm(path, { force: true });
    throw error;
  }
}

/** "5 GB", "1.2 MB". */
export function sizeText(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  let n = bytes;
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${unit === 0 ? n : Number(n.toFixed(1))} ${units[unit]}`;
}
