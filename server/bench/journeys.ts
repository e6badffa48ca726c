import type { ChildProcess } from "node:child_process";
import { definitionSchema } from "@/domain/journeys/model";
import { startTs, stopChild } from "./children";
import { median, timed } from "./measure";
import type { Bench, BenchDatabase } from "./report";

const SIZES = { small: { people: 20_000, timers: 500_000 }, full: { people: 100_000, timers: 5_000_000 } } as const;
const BASE = Date.UTC(2026, 5, 1, 9);
const DAY = 86_400_000;

/** Waits, a split, a message and a wait again: what a day brings to one person is three to four steps. */
const DRAWING = definitionSchema.parse({
  version: 1,
  entry: { kind: "manual" },
  start: "wait",
  nodes: [
    { kind: "delay", id: "wait", duration: { n: 1, unit: "day" }, next: "split" },
    {
      kind: "split",
      id: "split",
      branches: [
        {
          id: "vip",
          label: "",
          condition: {
            kind: "group",
            id: "g",
            match: "all",
            children: [{ kind: "trait", id: "t", path: ["vip"], test: { type: "boolean", operator: "is_true" } }],
          },
          next: "mail",
        },
      ],
      otherwise: "text",
    },
    { kind: "message", id: "mail", channel: "email", templateId: "tpl", next: "again" },
    { kind: "message", id: "text", channel: "sms", templateId: "tpl", next: "again" },
    { kind: "jump", id: "again", target: "wait", times: 100, next: null },
  ],
  settings: { purposeId: "service", capped: true, reentry: { kind: "always" } },
});

async function fill({ sql }: BenchDatabase, people: number): Promise<void> {
  await sql`insert into profiles (id, known, country, traits, first_seen_at, last_seen_at)
    select n, true, 'DE', jsonb_build_object('vip', n % 2 = 0), '2026-01-01', '2026-06-01' from generate_series(1, ${people}::int) n`;
  await sql`insert into journeys (id, name, status, version, draft) values ('jrn_bench', 'Bench', 'live', 1, ${JSON.stringify(DRAWING)}::text::jsonb)`;
  await sql`insert into journey_versions (journey_id, version, definition) values ('jrn_bench', 1, ${JSON.stringify(DRAWING)}::text::jsonb)`;
  await sql`insert into frequency_caps (id, name, channels, count, hours) values ('cap', 'Cap', '{}', 5, 168)`;
  await sql`
    insert into journey_runs (profile_id, journey_id, version, entry_ref, status, node, state, wake_at, entered_at)
    select n, 'jrn_bench', 1, 'call:' || n, 'active', 'wait', ${JSON.stringify(stateAt(BASE))}::text::jsonb, ${new Date(BASE)}, ${new Date(BASE - DAY)}
    from generate_series(1, ${people}::int) n`;
  for (const table of ["profiles", "journey_runs"]) await sql.unsafe(`vacuum (analyze) ${table}`);
}

const stateAt = (at: number): object => ({
  status: "active",
  reason: null,
  node: "wait",
  wait: { kind: "time", at, next: "split", branch: "next" },
  visits: { wait: 1 },
  context: { entry: {} },
  entryKey: "",
  enteredAt: at - DAY,
  goalAt: null,
});

const work = (child: ChildProcess, at: number): Promise<{ steps: number; runs: number }> =>
  new Promise((done, failed) => {
    child.once("message", (message) => done(message as { steps: number; runs: number }));
    child.once("exit", (code) => failed(new Error(`a worker ended with ${code}`)));
    child.send(new Date(at).toISOString());
  });

/** Journeys: steps of two workers with their messages decided, due timers drained, and the claim beside millions of timers to come. */
export const bench: Bench = async (report, { size, freshDatabase, say }) => {
  const { people, timers } = SIZES[size];
  const database = await freshDatabase();
  say(`${people.toLocaleString("en")} people in a journey`);
  await fill(database, people);
  const workers = await Promise.all([1, 2].map(() => startTs("journeys-worker.ts", { DATABASE_URL: database.url })));
  const rates: number[] = [];
  const drains: number[] = [];
  for (let round = 0; round < 3; round++) {
    const at = BASE + round * (DAY + 60_000) + 1_000;
    const { ms, value } = await timed(() => Promise.all(workers.map((child) => work(child, at))));
    const steps = value.reduce((sum, one) => sum + one.steps, 0);
    const runs = value.reduce((sum, one) => sum + one.runs, 0);
    if (runs !== people) throw new Error(`${runs} of ${people} due timers were taken`);
    say(`round ${round}: ${Math.round((steps * 1_000) / ms)} steps/s, ${runs} timers in ${Math.round(ms)} ms`);
    rates.push((steps * 1_000) / ms);
    drains.push((ms / 1_000) * (100_000 / people));
  }
  for (const child of workers) await stopChild(child);
  const [sent] = await database.sql<{ n: number }[]>`select count(*)::int as n from messages`;
  if (sent?.n !== people * 3) throw new Error(`${sent?.n} messages of ${people * 3} were decided`);
  const floor = await timed(
    () =>
      database.sql`update journey_runs set state = state || '{"bench": 1}', wake_at = wake_at + interval '1 second' where journey_id = 'jrn_bench'`,
  );
  report.info({ name: "journeys: steps of two workers, median of three rounds", unit: "steps/s", ours: median(rates) });
  report.bound({ name: "journeys: 1,000 steps (2,000 steps/s)", unit: "ms", ours: 1_000_000 / median(rates), atMost: 500 });
  report.rate({
    name: "journeys: runs moved / one UPDATE of the same rows",
    unit: "runs/s",
    ours: 100_000 / median(drains),
    floor: (people * 1_000) / floor.ms,
  });
  report.bound({
    name: `journeys: 100,000 due timers drained (${people.toLocaleString("en")} measured)`,
    unit: "s",
    ours: median(drains),
    atMost: 60,
  });

  say(`${timers.toLocaleString("en")} timers to come`);
  await database.sql`
    insert into journey_runs (profile_id, journey_id, version, entry_ref, status, node, state, wake_at, entered_at)
    select n, 'jrn_bench', 1, 'far:' || n, 'active', 'wait', '{}', ${new Date(BASE + 30 * DAY)}::timestamptz + n * interval '1 second', now()
    from generate_series(1, ${timers}::int) n`;
  await database.sql.unsafe("vacuum (analyze) journey_runs");
  const claims: number[] = [];
  for (let i = 0; i < 50; i++) {
    // What the worker asks, given back at once so that the next one finds the same.
    await database.sql
      .begin(async (tx) => {
        const { ms, value } = await timed(
          () => tx`
            select profile_id, id, journey_id, version, state from journey_runs
            where status = 'active' and wake_at <= ${new Date(BASE + 5 * DAY)}
              and journey_id not in (select j.id from journeys j where j.status = 'paused')
            order by wake_at limit 500 for update skip locked`,
        );
        if (value.length !== 500) throw new Error(`${value.length} runs were claimed`);
        claims.push(ms);
        throw new Error("back");
      })
      .catch((error: unknown) => {
        if ((error as Error).message !== "back") throw error;
      });
  }
  report.bound({
    name: `journeys: claim of 500 beside ${timers.toLocaleString("en")} timers to come, p50`,
    unit: "ms",
    ours: median(claims),
    atMost: 10,
  });
};
