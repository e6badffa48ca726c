import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { faultTest } from "./journeys";
import type { Mutant } from "./journeys";

/** `npm run chaos -- journeys`; see journeys.ts. Full size unless it is told otherwise. */
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    people: { type: "string", default: "10000" },
    workers: { type: "string", default: "3" },
    kills: { type: "string", default: "30" },
    pauses: { type: "string", default: "3" },
    stops: { type: "string", default: "5" },
    mutant: { type: "string", default: "none" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    json: { type: "boolean", default: false },
  },
});
const mutant = values.mutant as Mutant;
if (!["none", "effects-outside", "no-key"].includes(mutant)) throw new Error(`Unknown mutant "${mutant}": effects-outside, no-key`);
const folder = mkdtempSync(join(tmpdir(), "tributary-chaos-"));
// As root PostgreSQL runs as somebody else, who must be able to enter.
chmodSync(folder, 0o755);
const report = await faultTest({
  people: Number(values.people),
  workers: Number(values.workers),
  kills: Number(values.kills),
  pauses: Number(values.pauses),
  stops: Number(values.stops),
  mutant,
  seed: Number(values.seed),
  folder,
  say: (text) => void (values.json || process.stdout.write(`  ${text}\n`)),
}).finally(() => rmSync(folder, { recursive: true, force: true }));
process.stdout.write(`${JSON.stringify({ mutant, seed: Number(values.seed), ...report })}\n`);
const whole = report.astray === 0 && report.missing === 0 && report.doubled === 0 && report.recoveryMs < 45_000;
// A mutant that shows nothing means that this test is blind.
process.exit((mutant === "none") === whole ? 0 : 1);
