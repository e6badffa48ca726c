import { DomainError } from "@/domain/kernel/errors";

/** Functions that a condition may call: they read their arguments and nothing else, and end by themselves. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  `abs age array_agg array_length avg bool_and bool_or btrim cardinality ceil ceiling char_length character_length coalesce concat concat_ws
  count cume_dist date date_part date_trunc dense_rank every exp extract first_value floor greatest initcap jsonb_array_elements
  jsonb_array_elements_text jsonb_array_length jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_object_keys
  jsonb_typeof lag last_value lead least left length ln log lower lpad ltrim make_date make_interval max min mod mode normalize now
  nth_value ntile nullif octet_length percent_rank percentile_cont percentile_disc position power rank regr_slope replace reverse right
  round row row_number rpad rtrim sign split_part sqrt starts_with stddev stddev_pop stddev_samp string_agg strpos substr substring sum
  to_char to_date to_number to_timestamp translate trim trunc unnest upper var_pop var_samp variance width_bucket corr`
    .split(/\s+/)
    .filter(Boolean),
);

/** Words of the language before a bracket, and names of types with a length. */
const WORDS: ReadonlySet<string> = new Set(
  `all and any array as between by case cast cross cube distinct else except exists filter from group grouping having ilike in inner
  intersect is join lateral like limit materialized not nothing offset on or order over partition rollup select sets similar some then
  union using values when where with within bit char character decimal float interval numeric time timestamp timestamptz timetz varchar`
    .split(/\s+/)
    .filter(Boolean),
);

/** Words that only statements which write, wait or change the session have. */
const REFUSED: ReadonlySet<string> = new Set(
  `alter analyze begin call checkpoint close cluster comment commit copy create deallocate declare delete discard do drop execute explain
  grant import insert into listen load lock merge notify prepare reassign refresh reindex release reset returning revoke
  rollback savepoint security set show tablesample truncate unlisten update vacuum`
    .split(/\s+/)
    .filter(Boolean),
);

const refuse = (why: string): never => {
  throw new DomainError("VALIDATION", `This SQL cannot be used: ${why}`, { fields: { rule: why } });
};

interface Token {
  kind: "word" | "quoted" | "string" | "number" | "sign";
  text: string;
  /** Nothing stands between it and the token before. */
  close: boolean;
}

/**
 * Refuses SQL that is not one plain question: a list of allowed functions (so none that writes, sleeps, locks or runs
 * text), no second statement, no bracket that ends ours, no parameters, no other schema. The first of three walls: the
 * role that runs it may read some views and nothing else, in a transaction that may not write, with a time limit.
 * @returns the text, to be set into brackets
 */
export function checkSql(sql: string): string {
  const tokens = tokensOf(sql);
  const [first] = tokens;
  if (!first || first.kind !== "word" || !/^(?:select|with)$/i.test(first.text)) return refuse("it must begin with SELECT or WITH.");
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.kind === "sign") {
      if (token.text === "(") depth += 1;
      else if (token.text === ")" && --depth < 0) return refuse("a bracket is closed that was not opened.");
      continue;
    }
    if (token.kind !== "word" && token.kind !== "quoted") continue;
    const name = token.kind === "word" ? token.text.toLowerCase() : token.text;
    if (token.kind === "word" && REFUSED.has(name)) return refuse(`the word ${token.text.toUpperCase()} is not allowed.`);
    if (/^(?:pg_|information_schema$|public$)/i.test(name)) return refuse(`"${name}" cannot be read. Use the views that are listed.`);
    if (token.kind === "word" && name === "for" && /^(?:update|share|no|key)$/i.test(tokens[i + 1]?.text ?? ""))
      return refuse("rows cannot be locked.");
    if (tokens[i + 1]?.text !== "(" || tokens[i + 1]?.kind !== "sign") continue;
    if (FUNCTIONS.has(name) || (token.kind === "word" && WORDS.has(name))) continue;
    return refuse(`"${name}(" is none of the functions that may be called.`);
  }
  if (depth > 0) return refuse("a bracket is not closed.");
  return sql;
}

const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /\d[\w.]*/y;

function tokensOf(sql: string): Token[] {
  if (sql.includes("\0") || !sql.isWellFormed()) refuse("it holds characters that no text has.");
  const out: Token[] = [];
  let at = 0;
  let close = false;
  const take = (kind: Token["kind"], text: string, length: number): void => {
    out.push({ kind, text, close });
    at += length;
    close = true;
  };
  while (at < sql.length) {
    const character = sql[at] as string;
    if (/\s/.test(character)) {
      at += 1;
      close = false;
    } else if (sql.startsWith("--", at)) {
      const end = sql.indexOf("\n", at);
      at = end < 0 ? sql.length : end;
      close = false;
    } else if (sql.startsWith("/*", at)) {
      at = afterComment(sql, at);
      close = false;
    } else if (character === "'" || character === '"') {
      const before = out.at(-1);
      // E'..', U&'..', U&"..", B'..': other rules of reading than ours.
      if (close && before && (before.kind === "word" || before.text === "&")) refuse("a quote must not follow a letter or & directly.");
      const text = quoted(sql, at, character);
      take(character === "'" ? "string" : "quoted", text.value, text.length);
    } else if (character === ";") refuse("it must be one statement, without a semicolon.");
    else if (character === "$" || character === "\\" || character === "`") refuse(`the character ${character} is not allowed.`);
    else {
      WORD.lastIndex = at;
      NUMBER.lastIndex = at;
      const word = WORD.exec(sql)?.[0];
      const number = NUMBER.exec(sql)?.[0];
      if (word !== undefined) take("word", word, word.length);
      else if (number !== undefined) take("number", number, number.length);
      else take("sign", character, 1);
    }
  }
  return out;
}

/** Comments nest in PostgreSQL. */
function afterComment(sql: string, start: number): number {
  let depth = 1;
  let at = start + 2;
  while (at < sql.length && depth > 0) {
    if (sql.startsWith("/*", at)) {
      depth += 1;
      at += 2;
    } else if (sql.startsWith("*/", at)) {
      depth -= 1;
      at += 2;
    } else at += 1;
  }
  if (depth > 0) refuse("a comment is not closed.");
  return at;
}

function quoted(sql: string, start: number, quote: string): { value: string; length: number } {
  let value = "";
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] !== quote) value += sql[at];
    else if (sql[at + 1] === quote) {
      value += quote;
      at += 1;
    } else return { value, length: at + 1 - start };
  }
  return refuse("a quote is not closed.");
}
