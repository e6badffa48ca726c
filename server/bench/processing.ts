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
 * Processing of a day's backlog of a shop: visits of one to eleven messages, which mingle with other visits; nine of ten
 * visitors are known already, the tenth was never seen before. Beside it the rate at which one COPY writes the same raw
 * rows; processing has to reach half of a quarter of that.
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
    const since = await fill(database, n, visits({ people, round, seed: seed + 10 + round }));
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

/** Messages of visits: a visitor's messages follow each other by seconds, visits begin at any time of the day. */
function visits({ people, round, seed }: { people: number; round: number; seed: number }): () => BenchMessage {
  const messages = createMessages({ people, seed, days: 1, prefix: `round-${round}` });
  const random = seededRandom(seed);
  const day = Date.now() - 86_400_000;
  let visitor = "";
  let left = 0;
  let at = 0;
  let number = 0;
  return () => {
    if (left === 0) {
      left = random.int(1, 11);
      at = day + random.int(0, 86_000_000);
      visitor = random.chance(0.1) ? `new-${round}-${number++}` : String(random.int(0, people - 1));
    }
    left -= 1;
    at += random.int(1_000, 60_000);
    return ofVisitor(messages.next(), visitor, messages.userId(0).replace(/0$/, ""), new Date(at).toISOString());
  };
}

/** The same message of a certain visitor, at a certain time. */
function ofVisitor(message: BenchMessage, visitor: string, prefix: string, timestamp: string): BenchMessage {
  const traits = message["traits"] as Record<string, unknown> | undefined;
  const hex = Number(visitor).toString(16).padStart(8, "0");
  const known = /^\d*[02468]$/.test(visitor);
  return {
    ...message,
    timestamp,
    anonymousId: visitor.startsWith("new") ? `anonymous-${visitor}` : `${hex}-5a0e-4c1b-9d3f-${hex}b7e1`,
    // Half of them are signed in; an identify call signs in.
    ...(message["userId"] === undefined || (!known && !traits) ? { userId: undefined } : { userId: `${prefix}${visitor}` }),
    ...(traits ? { traits: { ...traits, email: `person.${visitor}@example.com` } } : {}),
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
