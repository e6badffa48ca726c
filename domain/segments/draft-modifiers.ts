import { durationOf, eatDate, midnight, NUMBER, numberIn, plus, today, UNIT, weekdayOf, words, type Scanner } from "./draft-scanner";
import { seconds, type Compare, type Duration, type Test, type Window } from "./model";

/** When the sentence is read, and in which zone its dates lie. */
export interface When {
  /** Milliseconds. */
  now: number;
  zone: string;
}

const AT_LEAST = words("at least|no less than|no fewer than|a minimum of|minimum|min\\.?|from");
const AT_MOST = words("at most|no more than|not more than|up to|a maximum of|maximum|max\\.?");
const MORE = words("more than|over|above|greater than|exceeding");
const LESS = words("less than|fewer than|under|below");
const EXACTLY = words("exactly|precisely|only|just");
const PLAIN_NUMBER = words(`(${NUMBER})`);
const OR_MORE = words("or more|or over|or above|and more");
const OR_LESS = words("or less|or fewer|or under|or below");
const AND = words("and|to|-");

type Read = () => number | null;

/** "at least 3", "between 2 and 4", "3 or more", "3+": what `read` reads is the number. Nothing said: at least. */
function eatCompare(scanner: Scanner, read: Read): Compare | null {
  return (
    scanner.attempt(() => {
      if (scanner.eat(words("between|from"))) {
        const from = read();
        const to = from !== null && scanner.eat(AND) ? read() : null;
        if (from !== null && to !== null && from <= to) return { operator: "between", from, to };
        return null;
      }
      return null;
    }) ??
    scanner.attempt(() => {
      const operator = scanner.eat(AT_LEAST)
        ? "at_least"
        : scanner.eat(AT_MOST)
          ? "at_most"
          : scanner.eat(MORE)
            ? "more_than"
            : scanner.eat(LESS)
              ? "less_than"
              : scanner.eat(EXACTLY)
                ? "exactly"
                : null;
      const n = read();
      if (n === null) return null;
      if (operator) return { operator, n };
      if (scanner.eat(OR_LESS)) return { operator: "at_most", n };
      if (!scanner.eat(OR_MORE)) scanner.eat(/\+/y);
      return { operator: "at_least", n };
    })
  );
}

export const eatNumber = (scanner: Scanner): number | null => {
  const found = scanner.eat(PLAIN_NUMBER);
  return found ? numberIn(found[1] ?? "") : null;
};
const whole =
  (scanner: Scanner): Read =>
  () => {
    const n = eatNumber(scanner);
    return n !== null && Number.isInteger(n) ? n : null;
  };

/** "twice", "at least 3 times", "exactly once", "between 2 and 4 times". */
export function eatCount(scanner: Scanner): Compare | null {
  return scanner.attempt(() => {
    const times: Read = () => {
      if (scanner.eat(words("once"))) return 1;
      if (scanner.eat(words("twice"))) return 2;
      if (scanner.eat(words("thrice"))) return 3;
      return whole(scanner)();
    };
    const start = scanner.pos;
    const compare = eatCompare(scanner, times);
    if (!compare) return null;
    const named = /\b(once|twice|thrice)\b/i.test(scanner.text.slice(start, scanner.pos));
    if (!scanner.eat(words("(?:separate |different )?(?:times?|occasions?)")) && !named) return null;
    if (compare.operator === "at_least") scanner.eat(OR_MORE);
    return compare;
  });
}

/** "on at least 3 different days". */
export function eatDays(scanner: Scanner): Compare | null {
  return scanner.attempt(() => {
    if (!scanner.eat(words("on"))) return null;
    const compare = eatCompare(scanner, whole(scanner));
    return compare && scanner.eat(words("(?:(?:different|distinct|separate) )?days")) ? compare : null;
  });
}

/** "3 orders", "at least two orders": a count before a noun, which the caller reads. */
export const eatAmountBefore = (scanner: Scanner): Compare | null => eatCompare(scanner, whole(scanner));

const MONEY = words("(?:£|\\$|€|gbp |usd |eur )? ?(\\d+(?:[.,]\\d+)*)(k)?(?: ?(?:£|\\$|€|pounds?|dollars?|euros?|gbp|usd|eur))?");
/** "more than £100", "at least 50 euros", "between £50 and £100". */
export function eatMoney(scanner: Scanner): Compare | null {
  return eatCompare(scanner, () => {
    const found = scanner.eat(MONEY) ?? scanner.eat(/(?:£|\$|€)? ?(\d+(?:[.,]\d+)*)(k)? ?[£$€]/iy);
    const n = found ? numberIn(found[1] ?? "") : null;
    return n === null ? null : n * (found?.[2] ? 1_000 : 1);
  });
}

const IN = "(?:in|within|during|over|throughout)";
const ROLLING = words(`(?:${IN} )?(?:the |these |their )?(?:last|past|previous) (?:(${NUMBER}) )?(${UNIT})`);
const PLAIN_FOR = words(`(?:for|in) (?:the |at least )?(?:(${NUMBER}) )(${UNIT})`);
const NM_AGO = words(`(?:between |from )?(${NUMBER}) (?:(${UNIT}) )?(?:and|to|-) (${NUMBER}) (${UNIT}) ago`);
const MORE_AGO = words(`(?:more than|over|at least) (${NUMBER}) (${UNIT}) ago`);
const LESS_AGO = words(`(?:less than|within) (${NUMBER}) (${UNIT}) ago`);

/** A window of time. `none`: the clause says that something did not happen, where "for 30 days" is a window too. */
export function eatWindow(scanner: Scanner, when: When, none = false): Window | null {
  return (
    scanner.attempt(() => rolling(scanner, when)) ??
    scanner.attempt(() => agoWindow(scanner)) ??
    scanner.attempt(() => calendar(scanner, when)) ??
    scanner.attempt(() => dated(scanner, when)) ??
    (none
      ? scanner.attempt(() => {
          const found = scanner.eat(PLAIN_FOR);
          const duration = found && durationOf(numberIn(found[1] ?? ""), found[2] ?? "");
          return duration ? { kind: "last", duration } : null;
        })
      : null) ??
    (scanner.eat(words("ever|at any time|at all")) ? { kind: "ever" } : null)
  );
}

function rolling(scanner: Scanner, when: When): Window | null {
  const found = scanner.eat(ROLLING);
  if (!found) return null;
  const [whole = "", n, unit = ""] = found;
  // "last month" is the month of the calendar; "in the last month" and "the past month" are 30 days.
  const bare = n === undefined && !/\b(the|these|their|past)\b/i.test(whole);
  if (bare && /^(week|month|year)$/i.test(unit)) return calendarPart(unit.toLowerCase() as "week" | "month" | "year", -1, when);
  const duration = durationOf(n === undefined ? 1 : numberIn(n), unit);
  return duration ? { kind: "last", duration } : null;
}

const LONG_AGO: Duration = { n: 100, unit: "year" };

function agoWindow(scanner: Scanner): Window | null {
  const two = scanner.eat(NM_AGO);
  if (two) {
    const [, a = "", aUnit, b = "", bUnit = ""] = two;
    const one = durationOf(numberIn(a), aUnit ?? bUnit);
    const other = durationOf(numberIn(b), bUnit);
    if (!one || !other || seconds(one) === seconds(other)) return null;
    return seconds(one) < seconds(other) ? { kind: "between_ago", from: one, to: other } : { kind: "between_ago", from: other, to: one };
  }
  const more = scanner.eat(MORE_AGO);
  if (more) {
    const from = durationOf(numberIn(more[1] ?? ""), more[2] ?? "");
    return from && seconds(from) < seconds(LONG_AGO) ? { kind: "between_ago", from, to: LONG_AGO } : null;
  }
  const less = scanner.eat(LESS_AGO);
  const duration = less && durationOf(numberIn(less[1] ?? ""), less[2] ?? "");
  return duration ? { kind: "last", duration } : null;
}

function calendar(scanner: Scanner, when: When): Window | null {
  if (scanner.eat(words("today"))) return { kind: "calendar_days", days: 1 };
  if (scanner.eat(words("yesterday"))) {
    const day = today(when.now, when.zone);
    return { kind: "fixed", from: midnight(plus(day, -1), when.zone), to: midnight(day, when.zone) };
  }
  const found = scanner.eat(words(`(?:${IN} )?this (week|month|year)`));
  if (!found) return null;
  const window = calendarPart((found[1] ?? "").toLowerCase() as "week", 0, when);
  return window.kind === "fixed" ? { ...window, to: null } : null;
}

/** The week (from Monday), month or year `shift` before or after the present one. */
function calendarPart(part: "week" | "month" | "year", shift: number, { now, zone }: When): Window {
  const day = today(now, zone);
  const begin = (n: number) =>
    part === "week"
      ? plus(day, 7 * n - weekdayOf(day))
      : part === "month"
        ? plus({ ...day, month: day.month + n, day: 1 }, 0)
        : { year: day.year + n, month: 0, day: 1 };
  return { kind: "fixed", from: midnight(begin(shift), zone), to: midnight(begin(shift + 1), zone) };
}

function dated(scanner: Scanner, { zone }: When): Window | null {
  const word = scanner.eat(words("since|after|before|until|till|up to|between|from|on|in|during"))?.[0].trim().toLowerCase();
  const days = word ? eatDate(scanner) : null;
  if (!word || !days) return null;
  const from = midnight(days.from, zone);
  const to = midnight(days.to, zone);
  switch (word) {
    case "since":
      return { kind: "fixed", from, to: null };
    case "after":
      return { kind: "fixed", from: to, to: null };
    case "before":
      return { kind: "fixed", from: null, to: from };
    case "until":
    case "till":
    case "up to":
      return { kind: "fixed", from: null, to };
    case "between":
    case "from": {
      const end = scanner.eat(words("and|to|until|till|-")) ? eatDate(scanner) : null;
      const last = end && midnight(end.to, zone);
      return last && from < last ? { kind: "fixed", from, to: last } : null;
    }
    default:
      return { kind: "fixed", from, to };
  }
}

/** "within 3 days" of a step of a sequence; "within the last 3 days" is a window and not this. */
export function eatWithin(scanner: Scanner): Duration | null {
  return scanner.attempt(() => {
    const found = scanner.eat(words(`(?:with)?in (${NUMBER}|an?) (${UNIT})(?: (?:of that|after that|afterwards|later))?`));
    return found ? durationOf(numberIn(found[1] ?? ""), found[2] ?? "") : null;
  });
}

type DateTest = Extract<Test, { type: "date" | "date_range" | "date_relative" }>;

/** When a date lies: "in the next 7 days", "more than 90 days ago", "since 2026-01-01". */
export function eatDateTest(scanner: Scanner, when: When): DateTest | null {
  const next = scanner.attempt(() => {
    const found = scanner.eat(words(`(?:(?:in|within) )?(?:the )?(?:next|coming) (?:(${NUMBER}) )?(${UNIT})`));
    const duration = found && durationOf(found[1] === undefined ? 1 : numberIn(found[1]), found[2] ?? "");
    return duration ? ({ type: "date_relative", operator: "within_next", duration } as const) : null;
  });
  if (next) return next;
  const ago = scanner.attempt(() => {
    const found = scanner.eat(MORE_AGO);
    const duration = found && durationOf(numberIn(found[1] ?? ""), found[2] ?? "");
    return duration ? ({ type: "date_relative", operator: "before_last", duration } as const) : null;
  });
  if (ago) return ago;
  return scanner.attempt(() => {
    const window = eatWindow(scanner, when);
    if (window?.kind === "last") return { type: "date_relative", operator: "within_last", duration: window.duration };
    if (window?.kind !== "fixed") return null;
    if (window.from && window.to) return { type: "date_range", operator: "between", from: window.from, to: window.to };
    if (window.to) return { type: "date", operator: "before", at: window.to };
    // "Not before" would hold for people without the date too; times count in milliseconds.
    return window.from ? { type: "date", operator: "after", at: new Date(Date.parse(window.from) - 1).toISOString() } : null;
  });
}
