import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { createSource } from "@/domain/sources";
import { testDatabase } from "@/server/test/database";
import { createImport, getImport, runImportJob, setMapping, startImport, uploadFile } from "./index";
import { mappingOf } from "./import-local-file";

const dataDir = vi.hoisted(() => {
  const path = `/tmp/imports-kill-${process.pid}`;
  process.env["DATA_DIR"] = path;
  return path;
});
const db = testDatabase();
const folder = mkdtempSync(join(tmpdir(), "import-kill-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(dataDir, { recursive: true, force: true });
});

const ROWS = 12_000;

/** A worker of its own that runs the import, and is killed without warning after its n-th step. */
function runAndKill(id: string, afterSteps: number): Promise<{ signal: string | null }> {
  const script = join(folder, `worker-${afterSteps}.ts`);
  writeFileSync(
    script,
    `import { connect } from "@/db/client";
    import { runImportJob } from "@/domain/imports";
    const database = connect(process.env.TEST_URL ?? "");
    let steps = 0;
    void runImportJob(database, "run", {
      id: ${JSON.stringify(id)}, lastAttempt: false, signal: new AbortController().signal,
      guard: async () => { if (++steps > ${afterSteps}) process.kill(process.pid, "SIGKILL"); },
    });`,
  );
  const root = join(import.meta.dirname, "../..");
  const child = spawn(process.execPath, ["--import", "tsx", script], {
    cwd: root,
    env: { ...process.env, TEST_URL: db.url, DATA_DIR: dataDir, TSX_TSCONFIG_PATH: join(root, "tsconfig.json") },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((done) => child.once("exit", (_code, signal) => done({ signal })));
}

it("goes on after kill -9, again and again, and counts nothing twice", async () => {
  const ctx = db.ctx();
  const sourceId = (await createSource(ctx, { name: "Killed", type: "csv" })).id;
  const { id } = await createImport(ctx, { sourceId, fileName: "people.csv" });
  const rows = Array.from({ length: ROWS }, (_, i) => (i % 300 === 7 ? `,${i}` : `u${i},${i}`));
  await uploadFile(
    ctx,
    { id },
    (async function* () {
      yield Buffer.from(`user_id,score\n${rows.join("\n")}\n`);
    })(),
    null,
  );
  const { detected } = await getImport(ctx, { id });
  if (!detected) throw new Error("not detected");
  await setMapping(ctx, { id, mapping: mappingOf(detected.suggestion) });
  await startImport(ctx, { id });

  const seen: number[] = [];
  for (const steps of [2, 1]) {
    expect(await runAndKill(id, steps)).toEqual({ signal: "SIGKILL" });
    seen.push((await getImport(ctx, { id })).rows);
  }
  expect(seen).toEqual([4_000, 6_000]);
  await runImportJob(db, "run", { id, guard: async () => {}, signal: new AbortController().signal, lastAttempt: true });

  const rejected = ROWS / 300;
  expect(await getImport(ctx, { id })).toMatchObject({ status: "done", rows: ROWS, accepted: ROWS - rejected, duplicates: 0, rejected });
  const [counted] = await db.sql`
    select (select count(*)::int from inbox where source_id = ${sourceId}) as inbox,
      (select count(distinct body::json->>'userId')::int from inbox where source_id = ${sourceId}) as people,
      (select sum(accepted)::int from collect_tallies where source_id = ${sourceId}) as accepted,
      (select sum(duplicates)::int from collect_tallies where source_id = ${sourceId}) as duplicates,
      (select sum(rejected)::int from collect_tallies where source_id = ${sourceId}) as rejected`;
  expect(counted).toEqual({ inbox: ROWS - rejected, people: ROWS - rejected, accepted: ROWS - rejected, duplicates: 0, rejected });
  const errors = readFileSync(join(dataDir, "imports", `${id}.errors.csv`), "utf8")
    .trim()
    .split("\r\n");
  expect(errors).toHaveLength(rejected + 1);
  expect(new Set(errors).size).toBe(rejected + 1);
}, 120_000);
