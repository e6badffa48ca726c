import { inspectFile } from "@/domain/imports/inspect-file";
import { MappedFile } from "@/domain/imports/map-file";
import { judgeOutputs } from "@/domain/imports/judge-outputs";
import { mappingOf } from "@/domain/imports/import-local-file";
const path = "/tmp/imports/big.csv";
const started = Date.now();
const d = await inspectFile(path, {}, { timeZone: "UTC", currency: null, defaultCountry: null });
const file = new MappedFile({ path, format: d.format, mapping: mappingOf(d.suggestion), defaultTime: new Date() });
let peak = 0, rows = 0, n = 0, bad = 0;
for await (const batch of file.batches()) {
  const j = judgeOutputs(batch.outputs, new Date());
  n += j.accepted.length; bad += j.rejected.length;
  rows = batch.rows; peak = Math.max(peak, process.memoryUsage().rss);
}
console.log(JSON.stringify({ rows, messages: n, bad, seconds: (Date.now() - started) / 1000, peakRssMB: Math.round(peak / 1048576) }));
