import { judgeMessage } from "@/domain/events";
import { Processor } from "@/domain/identity";
import { seededRandom } from "@/domain/kernel/random";
import { copyFloor } from "./copy-floor";
import { median, timed } from "./measure";
import { createMessages, type BenchMessage } from "./messages";
import type { Bench, BenchDatabase } from "./report";

const ROUNDS = 3;
const SOURCE = "src_bench";

/**
 * Processing of a day's backlog: people who are known already and, in every tenth message, people never seen before.
 * Beside it the rate at which one COPY writes the same raw rows; processing has to reach half of a quarter of that.
 */
export const bench: Bench = async (report, { size, freshDatabase, seed, say }) => {
  const database = await freshDatabase();
  const people = size === "full" ? 200_000 : 20_000;
  const n = size === "full" ? 200_000 : 40_000;
  const processor = new Processor(database);
  say(`making ${people} people known`);
  const first = createMessages({ people, seed, days: 60, prefix: "first" });
  await fill(database, people * 2, () => first.next());
  await drain(processor, people * 2);
  await database.sql`vacuum analyze`;
  const rounds: { ours: number; floor: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const known = createMessages({ people, seed: seed + 10 + round, days: 1, prefix: `known-${round}` });
    const fresh = createMessages({ people: n, seed: seed + 20 + round, days: 1, prefix: `fresh-${round}` });
    const random = seededRandom(seed + round);
    const since = await fill(database, n, () => (random.chance(0.1) ? renamed(fresh.next(), `r${round}`) : known.next()));
    const { ms, value } = await timed(() => drain(processor, n));
    if (value !== n) throw new Error(`${value} of ${n} messages processed`);
    const floor = await copyFloor(database, since);
    rounds.push({ ours: (n * 1000) / ms, floor: floor.rate });
    say(`round ${round}: ${Math.round((n * 1000) / ms)} events/s`);
  }
  report.rate({
    name: "processing: a backlog / one COPY of the same rows",
    unit: "events/s",
    ours: median(rounds.map(({ ours }) => ours)),
    floor: median(rounds.map(({ floor }) => floor)),
    atLeast: 0.125,
  });
};

/** The same message of somebody else. */
function renamed(message: BenchMessage, suffix: string): BenchMessage {
  const traits = message["traits"] as Record<string, unknown> | undefined;
  return {
    ...message,
    anonymousId: `${message["anonymousId"] as string}-${suffix}`,
    ...(message["userId"] === undefined ? {} : { userId: `${message["userId"] as string}-${suffix}` }),
    ...(traits ? { traits: { ...traits, email: `${suffix}.${traits["email"] as string}` } } : {}),
  };
}

/** Puts judged messages into the inbox, 1,000 to a transaction. Returns the highest inbox id before. */
async function fill({ sql }: BenchDatabase, n: number, make: () => BenchMessage): Promise<number> {
  // Messages arrive about in the order of their times.
  const messages = Array.from({ length: n }, make).sort((a, b) => ((a["timestamp"] as string) < (b["timestamp"] as string) ? -1 : 1));
  const [row] = await sql<{ id: number }[]>`select coalesce(max(id), 0)::int8 as id from inbox`;
  const receivedAt = new Date();
  for (let i = 0; i < n; i += 1_000) {
    const bodies: string[] = [];
    for (let j = i; j < Math.min(n, i + 1_000); j++) {
      const judged = judgeMessage(messages[j], { receivedAt });
      if (!judged.ok) throw new Error(judged.message);
      bodies.push(judged.body);
    }
    await sql`insert into inbox (received_at, source_id, body) select ${receivedAt}, ${SOURCE}, b from unnest(${bodies}::text[]) b`;
  }
  return row?.id ?? 0;
}

/** Processes exactly `n` messages. */
async function drain(processor: Processor, n: number): Promise<number> {
  let total = 0;
  while (total < n) total += (await processor.processNext()).processed;
  return total;
}
