import { createServer, type Server } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Database } from "@/db/client";
import { newId } from "@/domain/kernel/ids";
import type { Clock } from "@/domain/kernel/clock";
import { DEFAULT_SOURCE_SETTINGS, newWriteKey, type SourceSettings, type SourceType } from "@/domain/sources";
import { createCollect, type Collect, type CollectOptions } from "./listener";

/** For tests: a listener on a private port, and sources with keys as the product makes them. */
export interface TestListener {
  url: string;
  port: number;
  collect: Collect;
  server: Server;
  close(): Promise<void>;
}

export async function startListener(database: Database, options: Partial<CollectOptions> & { port?: number } = {}): Promise<TestListener> {
  const { port: wanted, ...rest } = options;
  const collect = createCollect({ database, root: process.cwd(), trustedProxyHops: 0, ...rest });
  const server = createServer({ keepAliveTimeout: 65_000 }, (req, res) => collect.handle(req, res));
  await new Promise<void>((done) => server.listen(wanted ?? 0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    collect,
    server,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
      await collect.close();
    },
  };
}

export interface TestSource {
  id: string;
  key: string;
  keyId: string;
}

export async function makeSource(
  database: Database,
  options: { type?: SourceType; settings?: Partial<SourceSettings>; clock?: Clock; status?: "enabled" | "disabled" } = {},
): Promise<TestSource> {
  const id = newId("src");
  const made = newWriteKey();
  const keyId = newId("wk");
  const settings = JSON.stringify({ ...DEFAULT_SOURCE_SETTINGS, ...options.settings });
  await database.sql`insert into sources (id, name, type, status, settings)
    values (${id}, ${`Test ${id}`}, ${options.type ?? "server"}, ${options.status ?? "enabled"}, ${settings}::text::jsonb)`;
  await database.sql`insert into source_keys (id, source_id, key_hash, prefix, last4)
    values (${keyId}, ${id}, ${made.hash}, ${made.prefix}, ${made.last4})`;
  return { id, key: made.key, keyId };
}

/** Bundles the thread that judges large bodies, as the build does. @returns the file and how to take it away */
export async function judgeBundle(): Promise<{ file: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "tributary-judge-"));
  const file = join(folder, "judge.mjs");
  await build({ entryPoints: ["server/judge.ts"], outfile: file, bundle: true, platform: "node", format: "esm", packages: "external" });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const basic = (key: string, colon = true): string => `Basic ${Buffer.from(colon ? `${key}:` : key).toString("base64")}`;

/** Bodies of a source's inbox rows in order. */
export async function storedMessages(database: Database, sourceId: string): Promise<Record<string, unknown>[]> {
  const rows = await database.sql<{ body: string }[]>`select body from inbox where source_id = ${sourceId} order by id`;
  return rows.map((row) => JSON.parse(row.body) as Record<string, unknown>);
}
