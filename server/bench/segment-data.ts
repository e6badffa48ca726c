import { createWriteStream } from "node:fs";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { seededRandom } from "@/domain/kernel/random";
import { ensureEventPartitions } from "@/domain/events/partitions";
import type { BenchDatabase } from "./report";

/** Event names with their share of all events, in thousandths. The first ones are those that the questions ask for. */
const NAMES: readonly (readonly [name: string, share: number])[] = [
  ["Page Viewed", 350],
  ["Product Viewed", 160],
  ["Product Added", 60],
  ["Order Completed", 30],
  ["Support Ticket Created", 6],
  ...Array.from({ length: 25 }, (_, i): [string, number] => [`Event ${i + 6}`, i === 0 ? 10 : 16]),
];
export const TYPE = { page: 1, view: 2, add: 3, order: 4, ticket: 5 } as const;
export const COUNTRIES = [
  "DE",
  "FR",
  "GB",
  "US",
  "ES",
  "IT",
  "NL",
  "PL",
  "SE",
  "AT",
  "CH",
  "BE",
  "DK",
  "FI",
  "NO",
  "PT",
  "CZ",
  "IE",
  "GR",
  "HU",
];
export const CATEGORIES = Array.from({ length: 24 }, (_, i) => `category ${i + 1}`);
const DAY = 86_400_000;
/** The instant at which everything is asked; events lie in the 365 days before. */
export const NOW = Date.UTC(2026, 10, 23, 12);
const SPAN = 365 * DAY;
const WRITERS = 3;
/** One person in so many was merged into another. */
const MERGED = 50;

/** The fragment that stands for this one. */
const canonical = (id: number): number => (id % MERGED === 0 && id > 1 ? id - 1 : id);

export interface Filled {
  /** Names the data set: size and seed. */
  key: string;
  people: number;
  events: number;
  /** CSV of people (id, country) and events (type, person, milliseconds, value, category), merged people resolved. */
  files: { people: string; events: string };
}

export const filesOf = (folder: string, key: string): Filled["files"] => ({
  people: `${folder}/people_${key}.csv`,
  events: `${folder}/events_${key}.csv`,
});

/** A stream with its own brake. */
function writer(stream: Writable): { add(text: string): Promise<void> | void; end(): Promise<void> } {
  let parts: string[] = [];
  let size = 0;
  const flush = (): Promise<void> | void => {
    const text = parts.join("");
    parts = [];
    size = 0;
    if (!stream.write(text)) return once(stream, "drain").then(() => undefined);
  };
  return {
    add(text) {
      parts.push(text);
      size += text.length;
      if (size > 262_144) return flush();
    },
    async end() {
      await flush();
      stream.end();
      await once(stream, "finish");
    },
  };
}

/**
 * People and events from a seed, straight into `profiles`, `profile_aliases` and `events` (by COPY, as processing leaves
 * them, ids in order of time), and the same as two files for the other engines.
 */
export async function fill(database: BenchDatabase, seed: number, { people, events, files }: Filled): Promise<void> {
  const { sql } = database;
  const months = Array.from({ length: 14 }, (_, n) => new Date(Date.UTC(2025, 10 + n, 1)));
  await ensureEventPartitions(sql, months);
  for (const [i, [name]] of NAMES.entries()) await sql`insert into event_types (id, name) values (${i + 1}, ${name})`;
  const { next } = seededRandom(seed);

  const peopleFile = writer(createWriteStream(files.people));
  const profiles = writer(
    await sql`copy profiles (id, merged_into, known, country, traits, first_seen_at, last_seen_at) from stdin`.writable(),
  );
  for (let id = 1; id <= people; id++) {
    // Skewed: the first countries are the large ones.
    const country = COUNTRIES[Math.floor(next() ** 2 * COUNTRIES.length)] as string;
    const into = canonical(id);
    const plan = next() < 0.2 ? "pro" : "free";
    await profiles.add(
      `${id}\t${into === id ? "\\N" : into}\t${next() < 0.4 ? "t" : "f"}\t${country}\t{"plan":"${plan}","country":"${country}","score":${Math.floor(next() * 100)}}\t2025-11-23\t2026-11-23\n`,
    );
    if (into === id) await peopleFile.add(`${id},${country}\n`);
  }
  await Promise.all([profiles.end(), peopleFile.end()]);
  await sql`insert into profile_aliases (profile_id, canonical_id) select id, merged_into from profiles where merged_into is not null`;

  const table: number[] = [];
  for (const [i, [, share]] of NAMES.entries()) for (let n = 0; n < share; n++) table.push(i + 1);
  const eventsFile = writer(createWriteStream(files.events));
  // Several at once: one COPY keeps one processor busy.
  const rows = await Promise.all(
    Array.from({ length: WRITERS }, async () =>
      writer(
        await sql`copy events (profile_id, event_type, occurred_at, value, id, received_at, source_id, message_id, properties, context) from stdin`.writable(),
      ),
    ),
  );
  for (let k = 0; k < events; k++) {
    const at = Math.floor(NOW - SPAN + ((k + next()) / events) * SPAN);
    // A few are very active.
    const id = 1 + Math.floor(next() ** 1.6 * people);
    const type = table[Math.floor(next() * table.length)] as number;
    const category = CATEGORIES[Math.floor(next() ** 1.5 * CATEGORIES.length)] as string;
    const value = type === TYPE.order ? (1 + Math.floor(next() ** 2 * 30_000)) / 100 : null;
    const product = Math.floor(next() * 2_000);
    const time = new Date(at).toISOString();
    const properties =
      type === TYPE.page
        ? `{"path":"/${category.slice(9)}/${product % 50}"}`
        : type <= TYPE.order
          ? `{"category":"${category}","product_id":"p${product}","price":${((product % 90) + 9.9).toFixed(1)}${value === null ? "" : `,"revenue":${value}`}}`
          : "{}";
    const wait = rows[Math.floor(k / 2_000) % WRITERS]?.add(
      `${id}\t${type}\t${time}\t${value ?? "\\N"}\t${k + 1}\t${time}\tsrc_bench\tm${k}\t${properties}\t{}\n`,
    );
    if (wait) await wait;
    const more = eventsFile.add(
      `${type},${canonical(id)},${at},${value ?? 0},${type !== TYPE.page && type <= TYPE.order ? category : ""}\n`,
    );
    if (more) await more;
  }
  await Promise.all([...rows.map((one) => one.end()), eventsFile.end()]);
  await sql`select setval('inbox_id_seq', ${events})`;
  await sql`update processing_cursors set next_profile_id = ${people + 1}, processed = ${events}, inbox_id = ${events} where name = 'main'`;
  for (const name of ["profiles", "profile_aliases", "events"]) await sql.unsafe(`vacuum (analyze) ${name}`);
}
