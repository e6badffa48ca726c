import type { AnySql } from "@/db/client";
import type { Ctx } from "@/domain/kernel/context";

export const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, (c) => `\\${c}`);

/** Below this many people every trigram's list is short and the whole pattern is fast as it is. */
const FEW = 50_000;
const SAMPLE_PAGES = 40;
const SAMPLE_ROWS = 2_000;
const SAMPLE_MS = 10 * 60_000;
/** A piece that more than one in a hundred people has is common. */
const COMMON = 0.01;

interface Sample {
  until: number;
  texts: Promise<readonly string[]>;
}

const samples = new WeakMap<object, Sample>();

/** Search texts of a few random pages, read every ten minutes (a few ms): they tell which pieces of text are common. */
export function sampleTexts(ctx: Ctx): Promise<readonly string[]> {
  const now = ctx.clock.now().getTime();
  const known = samples.get(ctx.root);
  if (known && known.until > now) return known.texts;
  const texts = readSample(ctx.sql);
  samples.set(ctx.root, { until: now + SAMPLE_MS, texts });
  texts.catch(() => samples.delete(ctx.root));
  return texts;
}

async function readSample(sql: AnySql): Promise<string[]> {
  const [size] = await sql<{ people: number; pages: number }[]>`
    select greatest(reltuples, 0)::float8 as people, greatest(relpages, 1)::float8 as pages from pg_class where oid = 'profile_search'::regclass`;
  if (!size || size.people < FEW) return [];
  const share = Math.min(100, (100 * SAMPLE_PAGES) / size.pages);
  const rows = await sql<{ text: string }[]>`select text from profile_search tablesample system (${share}::real) limit ${SAMPLE_ROWS}`;
  return rows.map((row) => row.text);
}

/**
 * The pieces of `lower` that the trigram index shall look for: its words (with the separators beside them) that few
 * people have. Empty: look for the whole text.
 * An index scan reads the list of every trigram that it is given. With a million people `p123456@bench.example` took
 * 180-300 ms, all of it for the trigrams of the domain that everybody has, and 3 ms for `p123456@` alone; so the common
 * words are checked in the rows that the others found.
 */
export function rarePieces(lower: string, texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  const rare: string[] = [];
  let common = false;
  for (const { 0: word, index } of lower.matchAll(/[\p{L}\p{N}]{3,}/gu)) {
    const holders = texts.reduce((n, text) => n + (text.includes(word) ? 1 : 0), 0);
    if (holders > texts.length * COMMON) common = true;
    else rare.push(lower.slice(Math.max(0, index - 1), index + word.length + 1));
  }
  return common ? rare : [];
}

/** Condition that `profile_search.text` holds `lower`. */
export function holdsText(sql: AnySql, lower: string, texts: readonly string[]) {
  const whole = `%${escapeLike(lower)}%`;
  const pieces = rarePieces(lower, texts);
  if (pieces.length === 0) return sql`text like ${whole}`;
  const found = pieces.map((piece) => sql`text like ${`%${escapeLike(piece)}%`}`).reduce((left, right) => sql`${left} and ${right}`);
  // `|| ''` keeps the whole pattern out of the index scan.
  return sql`${found} and (text || '') like ${whole}`;
}
