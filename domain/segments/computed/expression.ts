import type { Json } from "@/domain/events/model";
import { dateOf, numberOf, textOf } from "../values";

/**
 * The expression language of formulas: numbers, "text", true and false; computed traits by their key, collected traits as
 * `trait("plan")` or `trait("address", "city")`; `+ - * / %`, `< <= > >= = !=`, `and or not`, and the functions of
 * FUNCTIONS. Parsed and walked by ourselves: nothing of it is ever run as code. Pure: the browser imports it.
 *
 * Missing: arithmetic and comparison with a missing operand are missing, so is a division by zero; a missing condition
 * counts as not met. Numbers may come as clean numeric text; `<` and its kin compare numbers only.
 */
export class ExpressionError extends Error {
  constructor(
    message: string,
    /** Character at which it went wrong, from 0. */
    readonly position: number,
  ) {
    super(message);
    this.name = "ExpressionError";
  }
}

type Binary = "+" | "-" | "*" | "/" | "%" | "<" | "<=" | ">" | ">=" | "=" | "!=" | "and" | "or";

export type Expression =
  | { kind: "value"; value: number | string | boolean }
  | { kind: "computed"; key: string; position: number }
  | { kind: "trait"; path: string[] }
  | { kind: "unary"; operator: "-" | "not"; of: Expression }
  | { kind: "binary"; operator: Binary; left: Expression; right: Expression }
  | { kind: "call"; name: FunctionName; of: Expression[] };

const MAX_DEPTH = 40;
const MAX_NODES = 200;

interface FunctionSpec {
  least: number;
  most: number;
  /** How it is written, and what it gives. */
  usage: string;
  says: string;
}

export const FUNCTIONS = {
  abs: { least: 1, most: 1, usage: "abs(n)", says: "the number without its sign" },
  round: { least: 1, most: 2, usage: "round(n, digits)", says: "rounded, half away from zero; 0 digits unless said" },
  floor: { least: 1, most: 1, usage: "floor(n)", says: "the next whole number below" },
  ceil: { least: 1, most: 1, usage: "ceil(n)", says: "the next whole number above" },
  min: { least: 1, most: 20, usage: "min(a, b, …)", says: "the smallest; missing ones are left out" },
  max: { least: 1, most: 20, usage: "max(a, b, …)", says: "the largest; missing ones are left out" },
  if: { least: 2, most: 3, usage: "if(condition, then, else)", says: "one of two values" },
  coalesce: { least: 1, most: 20, usage: "coalesce(a, b, …)", says: "the first that is not missing" },
  missing: { least: 1, most: 1, usage: "missing(x)", says: "whether there is no value" },
  concat: { least: 1, most: 20, usage: "concat(a, b, …)", says: "texts joined; missing ones are left out" },
  lower: { least: 1, most: 1, usage: "lower(text)", says: "in lower case" },
  upper: { least: 1, most: 1, usage: "upper(text)", says: "in upper case" },
  length: { least: 1, most: 1, usage: "length(x)", says: "characters of a text, entries of a list" },
  contains: { least: 2, most: 2, usage: "contains(x, text)", says: "whether a text or a list holds the text" },
  one_of: { least: 2, most: 50, usage: "one_of(x, a, b, …)", says: "whether x equals one of the others" },
  days_since: { least: 1, most: 1, usage: "days_since(date)", says: "whole periods of 24 hours since a date" },
  days_until: { least: 1, most: 1, usage: "days_until(date)", says: "periods of 24 hours until a date, begun ones count" },
} as const satisfies Record<string, FunctionSpec>;
export type FunctionName = keyof typeof FUNCTIONS;

const isFunction = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name);

interface Token {
  kind: "number" | "text" | "word" | "sign" | "end";
  text: string;
  position: number;
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?|\.\d+)|"((?:[^"\\]|\\.)*)"|([\p{L}_][\p{L}\p{N}_]*)|(<=|>=|!=|[-+*/%<>=(),]))/uy;

function tokens(text: string): Token[] {
  const out: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) {
      const rest = text.slice(from);
      if (rest.trim() === "") break;
      const position = from + rest.search(/\S/);
      const character = String.fromCodePoint(text.codePointAt(position) ?? 0);
      throw new ExpressionError(character === '"' ? "this text is not closed" : `${character} means nothing here`, position);
    }
    const [whole, number, quoted, word, sign] = match;
    const position = from + whole.length - whole.trimStart().length;
    if (number !== undefined) out.push({ kind: "number", text: number, position });
    else if (quoted !== undefined) out.push({ kind: "text", text: quoted.replaceAll(/\\(.)/gu, "$1"), position });
    else if (word !== undefined) out.push({ kind: "word", text: word, position });
    else out.push({ kind: "sign", text: sign ?? "", position });
  }
  out.push({ kind: "end", text: "", position: text.length });
  return out;
}

const LEVELS: readonly (readonly string[])[] = [["or"], ["and"], ["<", "<=", ">", ">=", "=", "!="], ["+", "-"], ["*", "/", "%"]];

class Parser {
  private at = 0;
  private nodes = 0;
  private readonly list: Token[];

  constructor(text: string) {
    this.list = tokens(text);
  }

  parse(): Expression {
    const out = this.level(0, 0);
    const { kind, text, position } = this.next;
    if (kind !== "end") throw new ExpressionError(`an operator is missing before ${text}`, position);
    return out;
  }

  private get next(): Token {
    return this.list[this.at] as Token;
  }

  private isSign(sign: string): boolean {
    return this.next.kind === "sign" && this.next.text === sign;
  }

  private made<T extends Expression>(node: T): T {
    this.nodes += 1;
    if (this.nodes > MAX_NODES) throw new ExpressionError(`an expression may have ${MAX_NODES} parts`, this.next.position);
    return node;
  }

  private level(level: number, depth: number): Expression {
    if (depth > MAX_DEPTH) throw new ExpressionError(`brackets may be nested ${MAX_DEPTH} deep`, this.next.position);
    const operators = LEVELS[level];
    if (!operators) return this.unary(depth);
    if (level === 2 && this.next.kind === "word" && this.next.text === "not") {
      this.at += 1;
      return this.made({ kind: "unary", operator: "not", of: this.level(2, depth + 1) });
    }
    let left = this.level(level + 1, depth);
    while ((this.next.kind === "sign" || this.next.kind === "word") && operators.includes(this.next.text)) {
      const operator = this.next.text as Binary;
      this.at += 1;
      left = this.made({ kind: "binary", operator, left, right: this.level(level + 1, depth + 1) });
      if (level === 2 && operators.includes(this.next.text))
        throw new ExpressionError("join comparisons with and: a < b and b < c", this.next.position);
    }
    return left;
  }

  private unary(depth: number): Expression {
    if (this.isSign("-")) {
      if (depth > MAX_DEPTH) throw new ExpressionError(`brackets may be nested ${MAX_DEPTH} deep`, this.next.position);
      this.at += 1;
      return this.made({ kind: "unary", operator: "-", of: this.unary(depth + 1) });
    }
    return this.primary(depth);
  }

  private primary(depth: number): Expression {
    const token = this.next;
    this.at += 1;
    switch (token.kind) {
      case "number":
        return this.made({ kind: "value", value: Number(token.text) });
      case "text":
        return this.made({ kind: "value", value: token.text });
      case "word":
        return this.word(token, depth);
      case "sign":
        if (token.text === "(") {
          const inner = this.level(0, depth + 1);
          this.expect(")");
          return inner;
        }
        throw new ExpressionError(`a value is missing before ${token.text}`, token.position);
      case "end":
        throw new ExpressionError("the expression ends where a value is expected", token.position);
    }
  }

  private word(token: Token, depth: number): Expression {
    const { text: name, position } = token;
    if (name === "true" || name === "false") return this.made({ kind: "value", value: name === "true" });
    if (name === "and" || name === "or" || name === "not") throw new ExpressionError(`a value is missing before ${name}`, position);
    if (!this.isSign("(")) {
      if (isFunction(name)) throw new ExpressionError(`${name} is a function: write ${FUNCTIONS[name].usage}`, position);
      return this.made({ kind: "computed", key: name, position });
    }
    this.at += 1;
    const of: Expression[] = [];
    if (!this.isSign(")")) {
      of.push(this.level(0, depth + 1));
      while (this.isSign(",")) {
        this.at += 1;
        of.push(this.level(0, depth + 1));
      }
    }
    this.expect(")");
    if (name === "trait") return this.trait(of, position);
    if (!isFunction(name))
      throw new ExpressionError(`there is no function ${name}; there are ${Object.keys(FUNCTIONS).join(", ")} and trait`, position);
    const { least, most, usage } = FUNCTIONS[name];
    if (of.length < least || of.length > most) throw new ExpressionError(`write ${usage}`, position);
    return this.made({ kind: "call", name, of });
  }

  private trait(of: readonly Expression[], position: number): Expression {
    const path = of.map((part) => (part.kind === "value" && typeof part.value === "string" ? part.value : undefined));
    if (path.length === 0 || path.length > 10 || path.some((key) => key === undefined || key === ""))
      throw new ExpressionError('a collected trait is named in quotes: trait("plan"), or trait("address", "city")', position);
    return this.made({ kind: "trait", path: path as string[] });
  }

  private expect(sign: string): void {
    const { kind, text, position } = this.next;
    if (kind !== "sign" || text !== sign)
      throw new ExpressionError(kind === "end" ? "a bracket is not closed" : `${sign} is expected before ${text}`, position);
    this.at += 1;
  }
}

const parsed = new Map<string, Expression>();

/** The tree of an expression. Throws ExpressionError with the reason and the place. */
export function parseExpression(text: string): Expression {
  let out = parsed.get(text);
  if (!out) {
    out = new Parser(text).parse();
    if (parsed.size > 500) parsed.clear();
    parsed.set(text, out);
  }
  return out;
}

/** Why an expression cannot be read, or null. */
export function expressionProblem(text: string): { message: string; position: number } | null {
  try {
    parseExpression(text);
    return null;
  } catch (error) {
    if (error instanceof ExpressionError) return { message: error.message, position: error.position };
    throw error;
  }
}

function* parts(node: Expression): Generator<Expression> {
  yield node;
  if (node.kind === "unary") yield* parts(node.of);
  else if (node.kind === "binary") {
    yield* parts(node.left);
    yield* parts(node.right);
  } else if (node.kind === "call") for (const one of node.of) yield* parts(one);
}

/** Keys of the computed traits that an expression asks, each once. */
export function keysIn(text: string): string[] {
  const out = new Set<string>();
  for (const node of parts(parseExpression(text))) if (node.kind === "computed") out.add(node.key);
  return [...out];
}

/** Paths of the collected traits that an expression asks. */
export function traitsIn(text: string): string[][] {
  const out: string[][] = [];
  for (const node of parts(parseExpression(text))) if (node.kind === "trait") out.push(node.path);
  return out;
}

export interface ExpressionEnv {
  /** Milliseconds. */
  now: number;
  computed(key: string): Json | undefined;
  trait(path: readonly string[]): Json | undefined;
  /** Told an instant (milliseconds) at which the result may change by time alone. */
  offer?: (ms: number) => void;
}

const DAY = 86_400_000;

/** The value of an expression for one person; undefined where it has none. Numbers are finite. */
export function evaluateExpression(node: Expression, env: ExpressionEnv): Json | undefined {
  const value = walk(node, env);
  if (value === null) return undefined;
  return typeof value === "number" ? finite(value) : value;
}

const finite = (n: number): number | undefined => (Number.isFinite(n) ? n + 0 : undefined);
const holds = (value: Json | undefined): boolean => value === true;

function walk(node: Expression, env: ExpressionEnv): Json | undefined {
  switch (node.kind) {
    case "value":
      return node.value;
    case "computed":
      return env.computed(node.key);
    case "trait":
      return env.trait(node.path);
    case "unary": {
      const value = walk(node.of, env);
      if (node.operator === "not") return value === undefined || value === null ? undefined : !holds(value);
      const n = numberOf(value);
      return n === undefined ? undefined : finite(-n);
    }
    case "binary":
      return binary(node, env);
    case "call":
      return call(node.name, node.of, env);
  }
}

function binary({ operator, left, right }: Extract<Expression, { kind: "binary" }>, env: ExpressionEnv): Json | undefined {
  if (operator === "and") return holds(walk(left, env)) && holds(walk(right, env));
  if (operator === "or") return holds(walk(left, env)) || holds(walk(right, env));
  const a = walk(left, env);
  const b = walk(right, env);
  if (operator === "=" || operator === "!=") {
    const same = equal(a, b);
    return same === undefined ? undefined : same === (operator === "=");
  }
  const x = numberOf(a);
  const y = numberOf(b);
  if (x === undefined || y === undefined) return undefined;
  switch (operator) {
    case "+":
      return finite(x + y);
    case "-":
      return finite(x - y);
    case "*":
      return finite(x * y);
    case "/":
      return finite(x / y);
    case "%":
      return finite(x % y);
    case "<":
      return x < y;
    case "<=":
      return x <= y;
    case ">":
      return x > y;
    case ">=":
      return x >= y;
  }
}

function equal(a: Json | undefined, b: Json | undefined): boolean | undefined {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return x === y;
  const [s, t] = [textOf(a), textOf(b)];
  return s === undefined || t === undefined ? undefined : s === t;
}

function call(name: FunctionName, of: readonly Expression[], env: ExpressionEnv): Json | undefined {
  const value = (i: number): Json | undefined => {
    const node = of[i];
    return node ? walk(node, env) : undefined;
  };
  switch (name) {
    case "if":
      return holds(value(0)) ? value(1) : value(2);
    case "coalesce":
      for (let i = 0; i < of.length; i++) {
        const one = value(i);
        if (one !== undefined && one !== null) return one;
      }
      return undefined;
    case "missing": {
      const one = value(0);
      return one === undefined || one === null;
    }
    case "min":
    case "max": {
      const numbers = of.map((_, i) => numberOf(value(i))).filter((n) => n !== undefined);
      return numbers.length === 0 ? undefined : Math[name](...numbers);
    }
    case "concat": {
      const texts = of.map((_, i) => textOf(value(i))).filter((text) => text !== undefined);
      return texts.length === 0 ? undefined : texts.join("").slice(0, 1_000);
    }
    case "one_of":
      return of.some((_, i) => i > 0 && equal(value(0), value(i)) === true);
    case "contains": {
      const [held, wanted] = [value(0), textOf(value(1))];
      if (wanted === undefined) return undefined;
      if (Array.isArray(held)) return held.some((item) => textOf(item) === wanted);
      return textOf(held)?.includes(wanted);
    }
    case "length": {
      const one = value(0);
      if (Array.isArray(one)) return one.length;
      const text = textOf(one);
      return text === undefined ? undefined : [...text].length;
    }
    case "lower":
      return textOf(value(0))?.toLowerCase();
    case "upper":
      return textOf(value(0))?.toUpperCase();
    case "days_since":
    case "days_until":
      return days(name, dateOf(value(0)), env);
    default:
      return numeric(name, numberOf(value(0)), of.length > 1 ? numberOf(value(1)) : 0);
  }
}

function days(name: "days_since" | "days_until", at: number | undefined, env: ExpressionEnv): number | undefined {
  if (at === undefined) return undefined;
  if (name === "days_since") {
    const n = Math.floor((env.now - at) / DAY);
    env.offer?.(at + (n + 1) * DAY);
    return n + 0;
  }
  const n = Math.ceil((at - env.now) / DAY);
  env.offer?.(at - (n - 1) * DAY);
  return n + 0;
}

function numeric(name: "abs" | "round" | "floor" | "ceil", n: number | undefined, digits: number | undefined): number | undefined {
  if (n === undefined || digits === undefined) return undefined;
  switch (name) {
    case "abs":
      return Math.abs(n);
    case "floor":
      return Math.floor(n) + 0;
    case "ceil":
      return Math.ceil(n) + 0;
    case "round": {
      const places = Math.max(0, Math.min(10, Math.trunc(digits)));
      // Over the shortest decimal text, so that 1.005 with two digits is 1.01 and not what the binary fraction gives.
      const shifted = Number(`${Math.abs(n)}e${places}`);
      const rounded = Number.isFinite(shifted) ? Number(`${Math.round(shifted)}e-${places}`) : Math.abs(n);
      return finite(n < 0 ? -rounded : rounded);
    }
  }
}
