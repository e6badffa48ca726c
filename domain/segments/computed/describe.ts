import { pathText, Words, type DescribeEnv, type Phrase } from "../describe";
import type { Measure } from "../model";
import { keysIn } from "./expression";
import type { Definition, EventMeasure, RatioPart, RfmScore, SessionMeasure } from "./model";

/** What a definition computes as one sentence that is always true to it; operands are strong. */
export function describeDefinition(
  definition: Definition,
  env: DescribeEnv & { traits?: Readonly<Record<string, string>> } = {},
): Phrase[] {
  const words = new Words(env);
  switch (definition.kind) {
    case "event":
      eventWords(words, definition, definition.measure);
      break;
    case "ratio":
      ratioPartWords(words, definition.of, true);
      words.add(", divided by ");
      ratioPartWords(words, definition.per, false);
      words.add("; no value where that is 0 or has none");
      break;
    case "sessions":
      words.add(`${SESSION_WORDS[definition.measure]} of sessions of `);
      words.eventName(definition.event, definition.where);
      words.window(definition.window);
      words.add("; a pause of more than ").strong(minutesText(definition.gapMinutes)).add(" begins another session");
      break;
    case "rfm":
      words.add(`${RFM_WORDS[definition.score]} by `);
      words.eventName(definition.event, definition.where);
      if (definition.path) words.add(" with the money in ").strong(pathText(definition.path));
      words.window(definition.window);
      words.add(": everybody who did it stands in ").strong(String(definition.groups)).add(" parts of equal size, ");
      words.strong(String(definition.groups)).add(" is best; the borders are taken anew every ").strong(hoursText(definition.everyHours));
      break;
    case "sql":
      words
        .add("The value that this SQL gives each person, read again every ")
        .strong(hoursText(definition.everyHours))
        .add(": ")
        .strong(definition.sql);
      break;
    case "formula": {
      words.add("The result of ").strong(definition.expression);
      const names = keysIn(definition.expression).map((key) => env.traits?.[key] ?? key);
      if (names.length > 0) words.add(", from the computed traits ").list(names, "and");
      break;
    }
  }
  return words.parts;
}

const NUMBERS: Record<Measure["of"], string> = {
  count: "How often they did",
  days: "On how many days they did",
  weeks: "In how many weeks they did",
  months: "In how many months they did",
  distinct: "How many different values of",
  sum: "The sum of",
  average: "The average of",
  min: "The lowest",
  max: "The highest",
};

const minutesText = (minutes: number): string =>
  minutes % 1_440 === 0 ? plural(minutes / 1_440, "day") : minutes % 60 === 0 ? plural(minutes / 60, "hour") : plural(minutes, "minute");
const hoursText = (hours: number): string => (hours % 24 === 0 ? plural(hours / 24, "day") : plural(hours, "hour"));
const plural = (n: number, unit: string): string => `${n} ${n === 1 ? unit : `${unit}s`}`;

const SESSION_WORDS: Record<SessionMeasure, string> = {
  count: "The number",
  average_length: "The average length in minutes",
  longest_length: "The length in minutes of the longest",
  total_length: "The minutes spent in all",
  average_events: "The average number of events",
  last_start: "The start of the newest",
};

const RFM_WORDS: Record<RfmScore, string> = {
  code: "Recency, frequency and monetary score as three digits,",
  recency: "How recently they were active as a score,",
  frequency: "How often they were active as a score,",
  monetary: "How much they spent as a score,",
  total: "Recency, frequency and monetary score added up,",
  group: "The customer group that recency, frequency and money put them into,",
};

function eventWords(
  words: Words,
  part: { event: string | null; where: RatioPart["where"]; window: RatioPart["window"] },
  measure: EventMeasure,
): void {
  switch (measure.of) {
    case "most_frequent":
      words.add("The most frequent ").strong(pathText(measure.path)).add(" of ");
      break;
    case "unique_list":
      words.add("The list of different ").strong(pathText(measure.path)).add(" of ");
      break;
    case "first":
    case "last":
      if (measure.path) words.add(`The ${measure.of} `).strong(pathText(measure.path)).add(" of ");
      else words.add(`When they ${measure.of === "first" ? "first" : "last"} did `);
      break;
    case "days_since":
      words.add(`How many days ago they ${measure.which === "first" ? "first" : "last"} did `);
      break;
    default:
      numberWords(words, measure, true);
  }
  words.eventName(part.event, part.where);
  words.window(part.window);
  if (measure.of === "most_frequent")
    words.add(", if it occurred at least ").strong(measure.atLeast === 1 ? "once" : `${measure.atLeast} times`);
  if (measure.of === "unique_list") words.add(", at most ").strong(String(measure.limit));
}

function numberWords(words: Words, measure: Measure, first: boolean): void {
  const said = NUMBERS[measure.of];
  words.add(`${first ? said : said.charAt(0).toLowerCase() + said.slice(1)} `);
  if (["count", "days", "weeks", "months"].includes(measure.of)) return;
  if ("path" in measure && measure.path) words.strong(pathText(measure.path)).add(" of ");
  else words.add("the ").strong("money value").add(" of ");
}

function ratioPartWords(words: Words, part: RatioPart, first: boolean): void {
  numberWords(words, part.measure, first);
  words.eventName(part.event, part.where);
  words.window(part.window);
}
