import { describeNode, plain } from "./describe";
import { Clauses } from "./draft-clauses";
import type { Draft, DraftSchema } from "./draft-model";
import { eatWindow } from "./draft-modifiers";
import { Scanner, tidy, words } from "./draft-scanner";
import type { BareLeaf } from "./draft-tests";
import { RULE_LIMITS, ruleSchema, type Group, type Leaf, type Match, type Rule, type RuleNode } from "./model";

/** Words that say nothing of their own. */
const FILLER = words(
  "(?:show|find|give|list|get|select)(?: me)?|please|i want|everyone|everybody|anyone|all|people|persons?|users?|visitors?|profiles?|contacts?|members|those|these|them|they|the|an?|also|both|either|are|is|was|were|have|has|had|been|did|do|does|so far|yet|well",
);
const CUSTOMERS = words("customers?|shoppers?");
const BUYERS = words("buyers?|purchasers?");
const AND = words("and|but|as well as|plus");
const COMMA = /[,;]/y;
const OR = /[,;]? ?\bor\b(?: else)?/iy;
const WHO = words("who|that|which");
const NOT = words(
  "(?:(?:did|do|does|has|have|had|is|are|was|were|can)(?: not| never))(?: (?:been|yet|ever))?|not|never|nor|neither|without|no longer",
);
const EXCEPT = words("except(?: for)?(?: those| people)?|excluding|but not(?= people| those| customers| anyone)|other than|apart from");
const WORD = /[^\s()]+/y;

/**
 * A sentence as a draft rule, by a fixed grammar over the names that were really seen: "people in Germany who bought
 * twice in the last 30 days but never opened an e-mail". Every part says what it became; words that became nothing are
 * listed and never guessed at. "And" binds stronger than "or"; "who" begins a part of its own.
 */
export function draftFromSentence(sentence: string, schema: DraftSchema): Draft {
  return new Drafter(tidy(sentence), schema).draft();
}

class Drafter {
  private readonly scanner: Scanner;
  private readonly clauses: Clauses;
  private readonly understood: Draft["understood"] = [];
  private readonly lost: { start: number; end: number }[] = [];
  private readonly notes = new Set<string>();
  private saidCustomers = false;
  private ids = 0;
  private nodes = 1;
  /** The newest event row without a window, for a window that stands behind words that were not understood. */
  private open: Extract<Leaf, { kind: "event" }> | null = null;

  constructor(
    private readonly text: string,
    private readonly schema: DraftSchema,
  ) {
    this.scanner = new Scanner(text);
    this.clauses = new Clauses(this.scanner, schema, (note) => this.notes.add(note));
  }

  draft(): Draft {
    const nodes: RuleNode[] = [];
    let except: RuleNode[] = [];
    for (let guard = 0; !this.scanner.done && guard < 1_000; guard++) {
      if (this.scanner.eat(EXCEPT)) {
        const inside = this.or(2);
        if (inside) except = [...except, { ...inside, negate: !(inside.negate ?? false) }];
        continue;
      }
      const node = this.or(1);
      if (node) nodes.push(node);
      else if (!this.scanner.done && this.peekExcept() === null) this.skipWord();
    }
    const all = [...nodes, ...except];
    const [only] = all;
    const root: Group =
      all.length === 1 && only?.kind === "group" && !only.negate
        ? { ...only, id: "root" }
        : { kind: "group", id: "root", match: "all", children: all.flatMap((node) => (isPlainAll(node) ? node.children : [node])) };
    let rule: Rule = { version: 1, root };
    if (!ruleSchema.safeParse(rule).success) {
      // Nothing the grammar makes should come here; a draft that cannot be saved helps nobody.
      rule = { version: 1, root: { kind: "group", id: "root", match: "all", children: [] } };
      this.lost.splice(0, this.lost.length, { start: 0, end: this.text.length });
      this.understood.length = 0;
    }
    const names = Object.fromEntries(this.schema.segments.map(({ id, name }) => [id, name]));
    const leaves = new Map<string, Leaf>();
    const walk = (node: RuleNode): void => (node.kind === "group" ? node.children.forEach(walk) : void leaves.set(node.id, node));
    walk(rule.root);
    const buys = [...leaves.values()].some(
      ({ kind }) => kind === "event" || kind === "sequence" || kind === "event_time" || kind === "lifecycle",
    );
    if (this.saidCustomers && !buys) this.notes.add("“customers” is read as all people; say “who bought” for buyers.");
    return {
      rule,
      by: "grammar",
      understood: this.understood.flatMap((part) => {
        const leaf = leaves.get(part.nodeId);
        return leaf ? [{ ...part, means: plain(describeNode(leaf, { names })) }] : [];
      }),
      notUnderstood: this.lostTexts(),
      notes: [...this.notes],
    };
  }

  private or(depth: number): RuleNode | null {
    const sides: RuleNode[] = [];
    const add = (node: RuleNode | null): void => void (node && sides.push(node));
    add(this.and(depth));
    let count = 1;
    for (; this.scanner.eat(OR); count++) add(this.and(depth));
    if (count > 1 && sides.length < count)
      this.notes.add("One side of an “or” was not understood: what is left says something else than the sentence.");
    return this.group("any", sides);
  }

  private and(depth: number): RuleNode | null {
    const parts: RuleNode[] = [];
    /** Words right before a condition that were not understood: "stopped buying" is not "bought". */
    let doubt: "none" | "word" | "denial" = "none";
    for (let guard = 0; !this.scanner.done && guard < 1_000; guard++) {
      if (this.peek(OR) || this.peek(/\)/y) || this.peekExcept() !== null) break;
      if (this.scanner.eat(AND) || this.scanner.eat(COMMA)) {
        doubt = "none";
        continue;
      }
      if (this.scanner.eat(WHO)) {
        doubt = "none";
        if (parts.length === 0 || depth >= RULE_LIMITS.depth - 2) continue;
        const inner = this.or(depth + 1);
        if (inner) parts.push(...(isPlainAll(inner) ? inner.children : [inner]));
        continue;
      }
      const start = this.scanner.pos;
      const part = this.unary(depth);
      if (part) {
        const behaviour = part.kind === "event" || part.kind === "sequence" || part.kind === "event_time";
        if (doubt === "denial" || (doubt === "word" && behaviour)) this.forget(part, start);
        else parts.push(part);
        doubt = "none";
        continue;
      }
      if (this.window() || this.filler()) continue;
      if (this.peek(NOT)) {
        doubt = "denial";
        this.lose(() => this.scanner.eat(NOT));
      } else {
        if (doubt === "none") doubt = "word";
        this.skipWord();
      }
    }
    return this.group("all", parts);
  }

  private unary(depth: number): RuleNode | null {
    return this.scanner.attempt(() => {
      const none = this.scanner.eat(NOT) !== null;
      if (this.peek(/\(/y) && depth < RULE_LIMITS.depth - 2) {
        this.scanner.eat(/\(/y);
        const inside = this.or(depth + 1);
        this.scanner.eat(/\)/y);
        return inside && none ? { ...inside, negate: !(inside.negate ?? false) } : inside;
      }
      const start = this.scanner.pos;
      if (none) this.scanner.eat(words("an?|any|the"));
      const bare = this.scanner.attempt(() => this.buyers(none)) ?? this.read(none, start);
      return bare && this.nodes < RULE_LIMITS.nodes - 10
        ? this.leaf(bare, this.text.slice(none ? this.startOfNot(start) : start, this.scanner.pos))
        : null;
    });
  }

  /** With the article first ("with a phone"), then without ("no orders"). */
  private read(none: boolean, start: number): BareLeaf | null {
    const found = this.clauses.clause(none);
    if (found) return found;
    this.scanner.pos = start;
    return this.clauses.clause(none);
  }

  private startOfNot(start: number): number {
    const before = this.text.slice(0, start).trimEnd();
    const words = /(?:(?:did|do|does|has|have|had|is|are|was|were|can) )?(?:not|never|nor|without|no longer)(?: (?:been|yet|ever))?$/i.exec(
      before,
    );
    return words?.index ?? start;
  }

  private buyers(none: boolean): BareLeaf | null {
    if (!this.scanner.eat(BUYERS)) return null;
    const event = this.schema.events.find((name) => name.toLowerCase() === "order completed") ?? "Order Completed";
    return {
      kind: "event",
      event,
      where: [],
      window: { kind: "ever" },
      measure: { of: "count" },
      compare: none ? { operator: "exactly", n: 0 } : { operator: "at_least", n: 1 },
    };
  }

  private leaf(bare: BareLeaf, said: string): Leaf {
    const leaf = { ...bare, id: `d${++this.ids}` } as Leaf;
    this.nodes++;
    this.understood.push({ text: said.trim(), nodeId: leaf.id, means: "" });
    this.open = leaf.kind === "event" && leaf.window.kind === "ever" ? leaf : null;
    return leaf;
  }

  /** A window behind words that were not understood: "bought red shoes in the last 30 days". */
  private window(): boolean {
    const start = this.scanner.pos;
    const window = eatWindow(this.scanner, this.schema);
    if (!window) return false;
    const part = this.understood.find(({ nodeId }) => nodeId === this.open?.id);
    if (this.open && part && window.kind !== "ever") {
      this.open.window = window;
      part.text += ` … ${this.text.slice(start, this.scanner.pos).trim()}`;
      this.open = null;
    } else this.lost.push({ start, end: this.scanner.pos });
    return true;
  }

  private filler(): boolean {
    if (this.scanner.eat(CUSTOMERS)) {
      this.saidCustomers = true;
      return true;
    }
    return this.scanner.eat(FILLER) !== null;
  }

  private forget(part: RuleNode, start: number): void {
    const ids = new Set<string>();
    const walk = (node: RuleNode): void => {
      ids.add(node.id);
      if (node.kind === "group") node.children.forEach(walk);
    };
    walk(part);
    for (let i = this.understood.length - 1; i >= 0; i--) if (ids.has(this.understood[i]?.nodeId ?? "")) this.understood.splice(i, 1);
    this.open = null;
    this.lost.push({ start, end: this.scanner.pos });
  }

  private group(match: Match, children: RuleNode[]): RuleNode | null {
    const [only] = children;
    if (!only) return null;
    if (children.length === 1) return only;
    this.nodes++;
    return { kind: "group", id: `d${++this.ids}`, match, children };
  }

  private peek(pattern: RegExp): boolean {
    return this.peeked(() => this.scanner.eat(pattern)) !== null;
  }

  private peekExcept(): true | null {
    return this.peek(EXCEPT) ? true : null;
  }

  private peeked<T>(work: () => T): T {
    const start = this.scanner.pos;
    const out = work();
    this.scanner.pos = start;
    return out;
  }

  private skipWord(): void {
    this.lose(() => this.scanner.eat(WORD) ?? this.scanner.eat(/[\s\S]/y));
  }

  private lose(work: () => unknown): void {
    const start = this.scanner.pos;
    work();
    if (this.scanner.pos === start) this.scanner.pos++;
    this.lost.push({ start, end: this.scanner.pos });
  }

  /** Neighbouring words in one text. */
  private lostTexts(): string[] {
    const out: { start: number; end: number }[] = [];
    for (const piece of this.lost.toSorted((a, b) => a.start - b.start)) {
      const last = out.at(-1);
      if (last && piece.start <= last.end) last.end = Math.max(last.end, piece.end);
      else out.push({ ...piece });
    }
    return out.map(({ start, end }) => this.text.slice(start, end).trim()).filter((text) => text !== "" && !/^[,;()]+$/.test(text));
  }
}

const isPlainAll = (node: RuleNode): node is Group => node.kind === "group" && node.match === "all" && !node.negate;
