import { RULE_LIMITS } from "./model";

/**
 * Patterns of "matches": the part of regular expressions that re2js and PostgreSQL's `~` understand alike, parsed and
 * written anew so that both get the same text. No back-tracking engine ever sees a user's pattern.
 * Allowed: literals, `.`, `[...]`, `\d \w \s`, groups `( )` and `(?: )`, `|`, `* + ? {m,n}` (up to 255, lazy forms too),
 * `^ $`, a leading `(?i)`, escaped punctuation, `\t \r \n \f`, `\x41`. `.` matches a newline, `\w` is ASCII, `(?i)` folds ASCII letters.
 */
export class PatternError extends Error {
  constructor(
    message: string,
    /** Character at which it went wrong, from 0. */
    readonly position: number,
  ) {
    super(message);
    this.name = "PatternError";
  }
}

const DIGIT = "0-9";
const WORD = "A-Za-z0-9_";
const SPACE = " \\t\\r\\n\\f";
const CONTROL: Record<string, string> = { t: "\t", r: "\r", n: "\n", f: "\f" };
/** Largest product of nested counts: RE2 refuses above 1,000, PostgreSQL grows slow before. */
const MAX_REPEAT = 1_000;

const written = new Map<string, string>();

/** The pattern as both engines take it. Throws PatternError with the reason and the place. */
export function toRe2(pattern: string, ignoreCase: boolean): string {
  const key = `${ignoreCase ? "i" : "c"}${pattern}`;
  let out = written.get(key);
  if (out === undefined) {
    if (pattern.length > RULE_LIMITS.patternLength)
      throw new PatternError(`a pattern may have ${RULE_LIMITS.patternLength} characters; this has ${pattern.length}`, 0);
    out = new Parser(pattern, ignoreCase).parse();
    if (written.size > 500) written.clear();
    written.set(key, out);
  }
  return out;
}

/** The reason why a pattern cannot be used, or null. */
export function patternProblem(pattern: string): { message: string; position: number } | null {
  try {
    toRe2(pattern, false);
    return null;
  } catch (error) {
    if (error instanceof PatternError) return { message: error.message, position: error.position };
    throw error;
  }
}

interface Piece {
  text: string;
  /** Largest product of counts inside. */
  repeat: number;
}

class Parser {
  private at = 0;
  private readonly characters: string[];
  private fold: boolean;

  constructor(pattern: string, ignoreCase: boolean) {
    this.fold = ignoreCase;
    if (pattern.startsWith("(?i)")) {
      this.fold = true;
      this.characters = ["", "", "", "", ...Array.from(pattern.slice(4))];
      this.at = 4;
    } else this.characters = Array.from(pattern);
    if (pattern.includes("\0")) this.fail("a pattern holds no NUL");
    if (!pattern.isWellFormed()) this.fail("a pattern holds whole characters only");
  }

  parse(): string {
    const out = this.alternatives(0);
    if (this.at < this.characters.length) this.fail("this bracket was never opened");
    return out.text;
  }

  private fail(message: string): never {
    throw new PatternError(message, this.at);
  }

  private peek(): string | undefined {
    return this.characters[this.at];
  }

  private alternatives(depth: number): Piece {
    if (depth > 20) this.fail("groups may be nested 20 deep");
    const parts: Piece[] = [this.branch(depth)];
    while (this.peek() === "|") {
      this.at++;
      parts.push(this.branch(depth));
    }
    return { text: parts.map((part) => part.text).join("|"), repeat: Math.max(...parts.map((part) => part.repeat)) };
  }

  private branch(depth: number): Piece {
    let text = "";
    let repeat = 1;
    for (let next = this.peek(); next !== undefined && next !== "|" && next !== ")"; next = this.peek()) {
      const piece = next === "^" || next === "$" ? this.anchor(next) : this.quantified(depth);
      text += piece.text;
      repeat = Math.max(repeat, piece.repeat);
    }
    return { text, repeat };
  }

  private anchor(character: string): Piece {
    this.at++;
    const next = this.peek();
    if (next !== undefined && "*+?{".includes(next)) this.fail(`${character} cannot be repeated`);
    return { text: character, repeat: 1 };
  }

  private quantified(depth: number): Piece {
    const atom = this.atom(depth);
    const next = this.peek();
    if (next === undefined || !"*+?{".includes(next)) return atom;
    let text: string;
    let times = 1;
    if (next === "{") {
      const rest = this.characters.slice(this.at, this.at + 10).join("");
      const match = /^\{(\d{1,3})(?:(,)(\d{1,3})?)?\}/.exec(rest);
      if (!match) this.fail("a brace begins a count such as {2} or {1,3}; write \\{ for the character");
      const low = Number(match[1]);
      const high = match[3] === undefined ? low : Number(match[3]);
      if (low > 255 || high > 255) this.fail("counts go up to 255");
      if (high < low) this.fail("the count runs downwards");
      times = Math.max(1, high);
      text = match[0];
      this.at += match[0].length;
    } else {
      text = next;
      this.at++;
    }
    if (this.peek() === "?") {
      text += "?";
      this.at++;
    }
    const after = this.peek();
    if (after !== undefined && "*+?{".includes(after)) this.fail("a repetition cannot be repeated; put it into a group");
    const repeat = atom.repeat * times;
    if (repeat > MAX_REPEAT) this.fail(`nested counts multiply to ${repeat}; the limit is ${MAX_REPEAT}`);
    return { text: atom.text + text, repeat };
  }

  private atom(depth: number): Piece {
    const character = this.characters[this.at++] as string;
    switch (character) {
      case "(": {
        if (this.peek() === "?") {
          if (this.characters[this.at + 1] !== ":") this.fail("of the (? forms only (?: ) and a leading (?i) are known");
          this.at += 2;
        }
        const inner = this.alternatives(depth + 1);
        if (this.peek() !== ")") this.fail("a bracket is not closed");
        this.at++;
        return { text: `(?:${inner.text})`, repeat: inner.repeat };
      }
      case "[":
        return { text: this.set(), repeat: 1 };
      case ".":
        return { text: ".", repeat: 1 };
      case "\\":
        return { text: this.escape(), repeat: 1 };
      case "*":
      case "+":
      case "?":
      case "{":
        this.at--;
        return this.fail(`${character} repeats what stands before it, and nothing does; write \\${character} for the character`);
      default:
        return { text: this.literal(character), repeat: 1 };
    }
  }

  private escape(): string {
    const character = this.characters[this.at++];
    if (character === undefined) this.fail("a backslash needs a character behind it");
    if (character === "d") return `[${DIGIT}]`;
    if (character === "D") return `[^${DIGIT}]`;
    if (character === "w") return `[${WORD}]`;
    if (character === "W") return `[^${WORD}]`;
    if (character === "s") return `[${SPACE}]`;
    if (character === "S") return `[^${SPACE}]`;
    return this.literal(this.escaped(character));
  }

  /** The character that an escape stands for. */
  private escaped(character: string): string {
    const control = CONTROL[character];
    if (control !== undefined) return control;
    if (character === "x") {
      const hex = this.characters.slice(this.at, this.at + 2).join("");
      if (!/^[0-7][0-9a-f]$/i.test(hex) || hex === "00") this.fail("\\x takes two hex digits from 01 to 7F");
      this.at += 2;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    if (/^[!-/:-@[-`{-~ ]$/.test(character)) return character;
    this.at--;
    return this.fail(`\\${character} is not known here: \\d \\w \\s and escaped punctuation are`);
  }

  private set(): string {
    const negated = this.peek() === "^";
    if (negated) this.at++;
    let out = "";
    for (let first = true; ; first = false) {
      const next = this.characters[this.at++];
      if (next === undefined) this.fail("a [ is not closed");
      if (next === "]" && !first) break;
      if (next === "]" || next === "[") this.fail(`write \\${next} for the character inside [ ]`);
      if (next === "\\" && "dws".includes(this.peek() ?? "")) {
        const kind = this.characters[this.at++];
        out += kind === "d" ? DIGIT : kind === "w" ? WORD : SPACE;
        continue;
      }
      const from = next === "\\" ? this.escaped(this.characters[this.at++] ?? this.fail("a backslash needs a character behind it")) : next;
      if (this.peek() === "-" && this.characters[this.at + 1] !== undefined && this.characters[this.at + 1] !== "]") {
        this.at++;
        const end = this.characters[this.at++] as string;
        if (end === "[") this.fail("write \\[ for the character inside [ ]");
        const to = end === "\\" ? this.escaped(this.characters[this.at++] ?? this.fail("a backslash needs a character behind it")) : end;
        out += this.range(from, to);
      } else out += this.member(from);
    }
    return `[${negated ? "^" : ""}${out}]`;
  }

  private range(from: string, to: string): string {
    const low = from.codePointAt(0) as number;
    const high = to.codePointAt(0) as number;
    if (high < low) this.fail(`the range ${from}-${to} runs downwards`);
    let out = `${quote(from)}-${quote(to)}`;
    if (this.fold) {
      for (const [a, z, shift] of [
        [65, 90, 32],
        [97, 122, -32],
      ] as const) {
        const start = Math.max(low, a);
        const end = Math.min(high, z);
        if (start <= end) out += `${String.fromCharCode(start + shift)}-${String.fromCharCode(end + shift)}`;
      }
    }
    return out;
  }

  private member(character: string): string {
    return this.fold && /[A-Za-z]/.test(character) ? character.toLowerCase() + character.toUpperCase() : quote(character);
  }

  private literal(character: string): string {
    if (this.fold && /^[A-Za-z]$/.test(character)) return `[${character.toLowerCase()}${character.toUpperCase()}]`;
    return quote(character);
  }
}

/** Letters, digits and everything beyond ASCII as they are, the rest escaped: right inside and outside of [ ]. */
function quote(character: string): string {
  if (/^[A-Za-z0-9_]$/.test(character) || (character.codePointAt(0) as number) > 127) return character;
  for (const [name, control] of Object.entries(CONTROL)) if (control === character) return `\\${name}`;
  return (character.codePointAt(0) as number) < 32 || character === "\x7f"
    ? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`
    : `\\${character}`;
}
