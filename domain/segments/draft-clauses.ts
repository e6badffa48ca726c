import { EVENT_NOUNS, VERBS } from "./draft-events";
import type { DraftSchema } from "./draft-model";
import { eatAmountBefore, eatCount, eatDateTest, eatDays, eatMoney, eatNumber, eatWindow, eatWithin } from "./draft-modifiers";
import { countryCode, storedCountry } from "./draft-places";
import { eventLeaf, exists, location, negated, negateTest, spellings, type BareLeaf } from "./draft-tests";
import { durationOf, NUMBER, numberIn, UNIT, words, type Scanner } from "./draft-scanner";
import type { Compare, LeafOf, Test, Window } from "./model";

const AT_LEAST_ONE: Compare = { operator: "at_least", n: 1 };
const NONE: Compare = { operator: "exactly", n: 0 };
const EVER: Window = { kind: "ever" };
const ORDER = ["Order Completed"];
const CONNECTOR = "and|or|but|who|that|which|whose|with|without|in|from|not|never|then|except|except for|excluding";
const BREAK = new RegExp(`^(?:${CONNECTOR})$`, "i");

/** Reads one condition where the scanner stands; null (and nothing taken) where it knows none. */
export class Clauses {
  constructor(
    readonly scanner: Scanner,
    private readonly schema: DraftSchema,
    private readonly note: (text: string) => void,
  ) {}

  private eat(source: string): RegExpExecArray | null {
    let pattern = this.patterns.get(source);
    if (!pattern) this.patterns.set(source, (pattern = words(source)));
    return this.scanner.eat(pattern);
  }
  private readonly patterns = new Map<string, RegExp>();

  clause(none: boolean): BareLeaf | null {
    const tries = [
      () => this.random(),
      () => this.segment(none),
      () => this.lifecycle(),
      () => this.inactive(),
      () => this.known(none),
      () => this.age(none),
      () => this.spend(none),
      () => this.eventTime(none),
      () => this.holds(none),
      () => this.trait(none),
      () => this.event(none),
      () => this.nouns(none),
      () => this.place(none),
    ];
    for (const read of tries) {
      const found = this.scanner.attempt(read);
      if (found) return found;
    }
    return null;
  }

  // --- people -----------------------------------------------------------------------------------------------------

  private random(): BareLeaf | null {
    const found =
      this.eat("(?:a )?(?:random )?(?:sample of )?(\\d+(?:\\.\\d+)?) ?(?:per ?cent|percent)") ??
      this.scanner.eat(/(?:a )?(?:random )?(?:sample of )?(\d+(?:\.\d+)?) ?%/iy);
    const to = Number(found?.[1]);
    if (!found || !(to > 0 && to <= 100)) return null;
    this.eat("(?:random )?(?:sample )?of");
    return { kind: "random", salt: "sample", from: 0, to };
  }

  private segment(none: boolean): BareLeaf | null {
    if (!this.eat("(?:in|inside|members? of|part of|belong(?:s|ing)? to|on|outside|from)")) return null;
    const outside = /outside ?$/i.test(this.scanner.text.slice(0, this.scanner.pos));
    const said = this.eat("(?:the )?(?:segment|audience|list)s?");
    const quoted = this.scanner.eat(/"([^"]{1,200})"/y);
    const after = quoted !== null && this.eat("segment|audience|list");
    const named = quoted
      ? this.schema.segments.find(({ name }) => same(name, quoted[1] ?? ""))
      : this.longest(this.schema.segments.map(({ name }) => name));
    const found = typeof named === "string" ? this.schema.segments.find(({ name }) => name === named) : named;
    if (!found || (!said && !after && !quoted)) return null;
    return { kind: "segment", segmentId: found.id, ...(none !== outside ? { negate: true } : {}) };
  }

  private lifecycle(): BareLeaf | null {
    const found = this.eat(
      "(new|active|lapsing|lapsed|returned|returning) (customers?|buyers?|shoppers?|users?|visitors?|people|members?)",
    );
    if (!found) return null;
    const [, word = "", who = ""] = found;
    const buyers = /^(customer|buyer|shopper)/i.test(who);
    const state = word.toLowerCase().replace("returning", "returned") as LeafOf<"lifecycle">["state"];
    const window = this.scanner.attempt(() => {
      const read = eatWindow(this.scanner, this.schema);
      return read?.kind === "last" ? read : null;
    });
    if (!window) this.note(`“${found[0].trim()}”: the period was not said, 90 days are taken.`);
    return {
      kind: "lifecycle",
      event: buyers ? this.name(ORDER) : null,
      state,
      period: window?.kind === "last" ? window.duration : { n: 90, unit: "day" },
    };
  }

  private inactive(): BareLeaf | null {
    const nothing = this.eat("inactive|did nothing|done nothing") !== null;
    if (!nothing) return null;
    const window = eatWindow(this.scanner, this.schema, true);
    return window ? eventLeaf(null, window, NONE) : null;
  }

  private known(none: boolean): BareLeaf | null {
    const found = this.eat("(known|identified|anonymous|unidentified|unknown)(?: (?:people|visitors?|users?|customers?))?");
    if (!found) return null;
    const anonymous = /^(anonymous|un)/i.test(found[1] ?? "");
    return { kind: "known", ...(anonymous !== none ? { negate: true } : {}) };
  }

  private place(none: boolean): BareLeaf | null {
    if (!this.eat("(?:living|live|based|located|resident)? ?(?:in|from)")) return null;
    const first = this.country();
    const start = this.scanner.pos;
    const either = (found: BareLeaf): BareLeaf => {
      if (/\band\b/i.test(this.scanner.text.slice(start, this.scanner.pos)))
        this.note("Several places joined by “and” are read as any one of them.");
      return found;
    };
    if (first) {
      const codes = [first];
      for (let more = this.another(() => this.country()); more; more = this.another(() => this.country())) codes.push(more);
      return either(location("country", [...new Set(codes.flatMap((code) => storedCountry(code, this.schema.countries)))], none));
    }
    const city = this.longest(this.schema.cities);
    if (!city) return null;
    const cities = [city];
    const next = () => this.another(() => this.longest(this.schema.cities));
    for (let more = next(); more; more = next()) cities.push(more);
    return either(location("city", cities, none));
  }

  /** A further member of a list: ", X", "or X", "and X". */
  private another<T>(read: () => T | null): T | null {
    return this.scanner.attempt(() => {
      if (!this.scanner.eat(/,? ?(?:or|and|nor) (?:in |from )?/iy) && !this.scanner.eat(/, ?/y)) return null;
      return read();
    });
  }

  private country(): string | null {
    return this.scanner.attempt(() => {
      const rest = this.scanner.text.slice(this.scanner.pos);
      const tokens = /^[\p{L}.'&-]+(?: [\p{L}.'&-]+){0,5}/u.exec(rest)?.[0].split(" ") ?? [];
      for (let n = tokens.length; n > 0; n--) {
        const text = tokens.slice(0, n).join(" ");
        const code = countryCode(text.replace(/^the /i, ""));
        if (code && this.scanner.eat(words(escape(text)))) return code;
      }
      return null;
    });
  }

  /** The longest of some names that stands here, in any case. */
  private longest(names: readonly string[]): string | null {
    const rest = this.scanner.text.slice(this.scanner.pos).toLowerCase();
    const fitting = names.filter((name) => name !== "" && rest.startsWith(name.toLowerCase())).toSorted((a, b) => b.length - a.length);
    return fitting.find((name) => this.scanner.eat(words(escape(name)))) ?? null;
  }

  // --- traits -----------------------------------------------------------------------------------------------------

  private age(none: boolean): BareLeaf | null {
    const sign = none ? { negate: true } : {};
    const path = this.traitNamed("age")?.slice() ?? ["age"];
    const leaf = (test: Test): BareLeaf => ({ kind: "trait", path, test, ...sign });
    const two = this.eat("(?:aged? )?(?:between |from )?(\\d{1,3})(?: and | to | ?- ?)(\\d{1,3})( years(?: old| of age))?");
    if (two && Number(two[1]) <= Number(two[2]) && (two[3] || /^aged?/i.test(two[0])))
      return leaf({ type: "number_range", operator: "between", from: Number(two[1]), to: Number(two[2]) });
    if (two) return null;
    const one = this.eat(
      `(aged? )?(older than|younger than|over|under|at least|at most|above|below)? ?(\\d{1,3})( years(?: old| of age)?)?(?! (?:minutes|hours|days|weeks|months|times|%|per))`,
    );
    const word = one?.[2]?.toLowerCase() ?? "";
    if (!one || !(one[1] || word.endsWith(" than") || one[4]?.includes("o"))) return null;
    const operator = {
      "older than": "gt",
      over: "gt",
      above: "gt",
      "younger than": "lt",
      under: "lt",
      below: "lt",
      "at least": "gte",
      "at most": "lte",
    }[word];
    return leaf({ type: "number", operator: (operator ?? "equals") as "gt", value: Number(one[3]) });
  }

  private spend(none: boolean): BareLeaf | null {
    if (!this.eat("(?:spent|spend|spending|(?:total )?(?:spend|revenue|sales)(?: of)?)")) return null;
    const early = eatWindow(this.scanner, this.schema);
    const compare = eatMoney(this.scanner);
    if (!compare) return null;
    this.eat("in total|altogether|on orders");
    const window = early ?? eatWindow(this.scanner, this.schema) ?? EVER;
    this.note("Money is compared as it was sent; currencies are not converted.");
    return { ...eventLeaf(this.name(ORDER), window, compare), measure: { of: "sum" }, ...(none ? { negate: true } : {}) };
  }

  /** "whose plan is pro", "with favourite category above 3", "have a birthday in the next 7 days". */
  private trait(none: boolean): BareLeaf | null {
    const whose = this.eat("whose|where|their") !== null;
    const holds = !whose && this.eat("with|having|have|has|had") !== null;
    if (holds) this.eat("an?|the|any");
    const path = this.longestTrait() ?? (whose ? this.newTrait() : null);
    if (!path) return null;
    const birthday = /birth|anniversary/i.test(path.at(-1) ?? "");
    const test =
      (birthday ? this.scanner.attempt(() => this.anniversary()) : null) ??
      this.scanner.attempt(() => this.traitTest()) ??
      (whose ? null : exists);
    if (!test) return null;
    if (!this.schema.traits.some((seen) => seen.join("\0") === path.join("\0")))
      this.note(`No trait “${path.join(" › ")}” was seen so far.`);
    return negated({ kind: "trait", path, test }, none);
  }

  private longestTrait(): string[] | null {
    const said = new Map(this.schema.traits.flatMap((path) => [...spellings(path)].map((name) => [name, path] as const)));
    const name = this.longest([...said.keys()]);
    return name === null
      ? this.eat("birthdays?")
        ? [...(this.traitNamed("birthday") ?? ["birthday"])]
        : null
      : [...(said.get(name) ?? [])];
  }

  private traitNamed(word: string): readonly string[] | undefined {
    const others = word === "birthday" ? ["birthday", "birthdate", "birth date", "date of birth", "dob"] : [word];
    return this.schema.traits.find((path) => others.some((other) => spellings(path).has(other)));
  }

  private newTrait(): string[] | null {
    const found = this.scanner.eat(/([\p{L}_][\p{L}\p{N}_]{0,60})(?= (?:is|are|was|equals|contains|starts|ends|has) )/iuy);
    return found?.[1] && !/^(first|last)$/i.test(found[1]) ? [found[1]] : null;
  }

  private anniversary(): Test | null {
    this.eat("is|are|falls|comes|lies");
    const is = (daysAfter: number, daysBefore: number): Test => ({ type: "anniversary", operator: "is", daysBefore, daysAfter });
    if (this.eat("today")) return is(0, 0);
    if (this.eat("within a week")) return is(7, 7);
    const found = this.eat(`(?:in |within )?the (next|coming|last|past) (${NUMBER}) (days?|weeks?)`);
    const n = Number(found?.[2]) * (found?.[3]?.toLowerCase().startsWith("w") ? 7 : 1);
    if (!found || !Number.isInteger(n) || n > 180) return null;
    return /next|coming/i.test(found[1] ?? "") ? is(0, n) : is(n, 0);
  }

  private traitTest(): Test | null {
    if (this.eat("is (?:known|set|there|given)|exists")) return exists;
    if (this.eat("is (?:missing|unknown|not known|not set|empty)|does not exist")) return { type: "presence", operator: "not_exists" };
    if (this.eat("(?:is|was|lies) not(?= in| among)")) return null;
    const text = (operator: "contains" | "starts_with" | "ends_with"): Test | null => {
      const value = this.value();
      return value === null ? null : { type: "text", operator, value, ignoreCase: true };
    };
    if (this.eat("does not contain")) return negateTest(text("contains"));
    if (this.eat("contains?|includes?|has")) return text("contains");
    if (this.eat("(?:starts?|begins?) with")) return text("starts_with");
    if (this.eat("ends? with")) return text("ends_with");
    const is = this.eat("is|are|was|equals|=|of|:") !== null;
    const not = is && this.eat("not") !== null;
    if (is) {
      if (this.eat("true")) return { type: "boolean", operator: not ? "is_not_true" : "is_true" };
      if (this.eat("false")) return { type: "boolean", operator: not ? "is_not_false" : "is_false" };
    }
    const date = eatDateTest(this.scanner, this.schema);
    if (date) return not ? negateTest(date) : date;
    const number = this.scanner.attempt(() => this.numberTest());
    if (number) return not ? negateTest(number) : number;
    if (!is) return null;
    this.eat("one of|either|in");
    const first = this.value();
    if (first === null) return null;
    const list = [first];
    const next = () => this.another(() => (this.beginsClause() ? null : this.value()));
    for (let more = next(); more !== null; more = next()) list.push(more);
    const test: Test =
      list.length === 1
        ? { type: "text", operator: "equals", value: first, ignoreCase: true }
        : { type: "text_list", operator: "in", values: list, ignoreCase: true };
    return not ? negateTest(test) : test;
  }

  private numberTest(): Test | null {
    const range = this.eat("between (-?\\d+(?:\\.\\d+)?) and (-?\\d+(?:\\.\\d+)?)");
    if (range) {
      const [from, to] = [Number(range[1]), Number(range[2])];
      return from <= to ? { type: "number_range", operator: "between", from, to } : null;
    }
    const found = this.eat("(above|over|more than|greater than|below|under|less than|at least|at most|exactly)");
    const n = found && eatNumber(this.scanner);
    if (!found || n === null) return null;
    const word = (found[1] ?? "").toLowerCase();
    const operator = /above|over|more|greater/.test(word)
      ? "gt"
      : /below|under|less/.test(word)
        ? "lt"
        : word === "at least"
          ? "gte"
          : word === "at most"
            ? "lte"
            : "equals";
    return { type: "number", operator, value: n };
  }

  /** A value: in quotes, or one word. */
  private value(): string | null {
    const quoted = this.scanner.eat(/"([^"]{1,200})"/y);
    if (quoted) return quoted[1] ?? null;
    return this.scanner.attempt(() => {
      const word = this.scanner.eat(/([^\s,()"]{1,200})/y)?.[1];
      return word && !BREAK.test(word) ? word : null;
    });
  }

  /** Whether a condition of its own begins here, so that "or" does not go on with a list of values. */
  private beginsClause(): boolean {
    const start = this.scanner.pos;
    const found = [
      () => this.lifecycle(),
      () => this.known(false),
      () => this.spend(false),
      () => this.event(false),
      () => this.nouns(false),
    ].some((read) => this.scanner.attempt(read) !== null);
    const negation = this.eat("not|never|did|do|has|have|are|is|who|whose|with|without|in|from") !== null;
    this.scanner.pos = start;
    return found || negation;
  }

  /** "with a phone", "without an e-mail": an identifier; "in an account": a company. */
  private holds(none: boolean): BareLeaf | null {
    const says = this.eat("with|having|have|has|had|holding") !== null;
    const no = this.eat("no") !== null;
    // "bought a phone" is about a product.
    if (!says && !no && !none) return null;
    this.eat("an?|the|any|known");
    const found = this.eat(
      "(phone|mobile|telephone|e-mail|user id|account|company)(?: (?:number|address|id))?s?(?! (?:opens?|clicks?|is|are|was|contains?|starts?|ends?|above|below|over|under|manager|owner|type))",
    );
    if (!found) return null;
    const word = (found[1] ?? "").toLowerCase();
    const sign = none !== no ? { negate: true } : {};
    if (/account|company/.test(word)) return { kind: "account", ...sign };
    const type = word === "e-mail" ? "email" : word === "user id" ? "user_id" : "phone";
    return { kind: "identifier", type, compare: none !== no ? NONE : AT_LEAST_ONE };
  }

  // --- events -----------------------------------------------------------------------------------------------------

  /** The seen spelling of the first name that was seen. */
  private name(names: readonly string[]): string {
    for (const name of names) {
      const seen = this.schema.events.find((event) => event.toLowerCase() === name.toLowerCase());
      if (seen !== undefined) return seen;
    }
    return names[0] ?? "";
  }

  /** An event by one of the ways to say it, or by its very name; undefined: none; null: any event. */
  eventName(): string | null | undefined {
    const out = this.scanner.attempt<{ name: string | null }>(() => {
      this.eat("(?:did|do|does|done|doing|performed|perform|triggered)(?: the)?(?: event)?");
      const quoted = this.scanner.eat(/"([^"]{1,200})"/y);
      if (quoted) return { name: this.name([quoted[1] ?? ""]) };
      // Very short names would be taken for words; in quotes they are read.
      const exact = this.longest(this.schema.events.filter((name) => name.length > 2));
      if (exact) return { name: exact };
      if (this.eat("anything|something|any event|were active|was active|are active|active|were seen|seen")) return { name: null };
      for (const { pattern, names } of VERBS) if (this.scanner.eat(pattern)) return { name: this.name(names) };
      return null;
    });
    return out === null ? undefined : out.name;
  }

  private event(none: boolean): BareLeaf | null {
    const early = eatCount(this.scanner);
    const event = this.eventName();
    if (event === undefined) return null;
    return this.modified(event, early, none);
  }

  /** "3 orders", "no refunds", "an order". */
  private nouns(none: boolean): BareLeaf | null {
    this.eat("with|having|have|has|had|made|placed");
    const no = this.eat("no|zero") !== null;
    const count = no ? null : eatAmountBefore(this.scanner);
    if (!no && !count && !this.eat("an?|any|some") && !none) return null;
    const found = EVENT_NOUNS.find(({ pattern }) => this.scanner.eat(pattern));
    return found ? this.modified(this.name(found.names), count, none || no) : null;
  }

  /** Count, days and window behind an event, in any order; then what followed it. */
  private modified(event: string | null, early: Compare | null, none: boolean): BareLeaf | null {
    let count = early;
    let days: Compare | null = null;
    let window: Window | null = null;
    for (let before = -1; before !== this.scanner.pos;) {
      before = this.scanner.pos;
      count ??= eatCount(this.scanner);
      days ??= eatDays(this.scanner);
      window ??= eatWindow(this.scanner, this.schema, none);
    }
    if (event !== null && !count && !days && !none) {
      const sequence = this.scanner.attempt(() => this.after(event)) ?? this.scanner.attempt(() => this.sequence(event, window));
      if (sequence) return sequence;
    }
    const leaf = eventLeaf(event, window ?? EVER, days ?? count ?? (none ? NONE : AT_LEAST_ONE));
    if (days) return { ...leaf, measure: { of: "days" }, ...(none ? { negate: true } : {}) };
    return { ...leaf, ...(none && count ? { negate: true } : {}) };
  }

  /** "bought within 3 days of signing up": the other event comes first. */
  private after(event: string): BareLeaf | null {
    const found = this.eat(`(?:within (${NUMBER}|an?) (${UNIT}) )?(?:of|after)`);
    const first = found && this.eventName();
    if (!found || !first) return null;
    const within = found[1] ? durationOf(numberIn(found[1]), found[2] ?? "") : undefined;
    if (within === null) return null;
    const window = eatWindow(this.scanner, this.schema) ?? EVER;
    return {
      kind: "sequence",
      steps: [
        { event: first, where: [] },
        { event, where: [], ...(within ? { within } : {}) },
      ],
      window,
    };
  }

  /** "… and then bought within 3 days", "… but did not buy within 2 hours". */
  private sequence(event: string, early: Window | null): BareLeaf | null {
    const steps: LeafOf<"sequence">["steps"] = [{ event, where: [] }];
    let thenNot: LeafOf<"sequence">["thenNot"];
    for (;;) {
      const step = this.scanner.attempt(() => {
        if (!this.eat(",? ?(?:(?:and|but) )?(?:then|afterwards|later|after that)(?: also)?|,? ?followed by")) return null;
        if (this.eat(NOT)) return null;
        const name = this.eventName();
        if (!name) return null;
        const within = eatWithin(this.scanner);
        return { event: name, where: [], ...(within ? { within } : {}) };
      });
      if (step && steps.length < 8) {
        steps.push(step);
        continue;
      }
      thenNot =
        this.scanner.attempt(() => {
          this.eat(",? ?(?:and|but)?(?: then)?(?: who)?");
          if (!this.eat(NOT)) return null;
          const name = this.eventName();
          const within = name ? eatWithin(this.scanner) : null;
          return name && within ? { event: name, where: [], within } : null;
        }) ?? undefined;
      break;
    }
    if (steps.length === 1 && !thenNot) return null;
    const window = early ?? eatWindow(this.scanner, this.schema) ?? EVER;
    return { kind: "sequence", steps, window, ...(thenNot ? { thenNot } : {}) };
  }

  /** "last bought more than 90 days ago", "whose first order was in the last 30 days". */
  private eventTime(none: boolean): BareLeaf | null {
    this.eat("whose|with");
    const found = this.eat("(?:the )?(first|last|latest|most recent|most recently)");
    if (!found) return null;
    const noun = EVENT_NOUNS.find(({ pattern }) => this.scanner.eat(pattern));
    const event = noun ? this.name(noun.names) : this.eventName();
    if (event === undefined) return null;
    this.eat("was|is|lies|happened|came");
    const not = this.eat("not") !== null;
    const test = eatDateTest(this.scanner, this.schema);
    if (!test) return null;
    return negated(
      { kind: "event_time", event, where: [], which: found[1]?.toLowerCase() === "first" ? "first" : "last", test },
      none !== not,
    );
  }
}

const NOT = "(?:did|do|does|has|have|had)? ?(?:not|never)";
const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
