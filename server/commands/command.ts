import type { Database } from "@/db/client";
import type { Ctx } from "@/domain/kernel/context";

export interface CommandContext {
  /** Actor: the operator at the machine, who may do everything. */
  ctx: Ctx;
  database: Database;
  databaseUrl: string;
  /** Turns a path of the operator's (relative to where the command was typed) into an absolute one. */
  path(text: string): string;
  /** Progress and remarks, to stderr: stdout is for the result. */
  say(text: string): void;
}

/** A command of the CLI. Its result is printed as JSON on stdout; an error as text on stderr, with exit code 1. */
export interface Command {
  /** One or more words, e.g. "source create". */
  name: string;
  summary: string;
  /** How to call it, without the name: `--name N [--type T]`. */
  usage: string;
  run(args: Args, context: CommandContext): Promise<unknown>;
}

/** Command line after the command's name, taken apart. */
export class Args {
  readonly positional: string[] = [];
  readonly #options = new Map<string, string | true>();

  /** @param flags names of options that take no value */
  constructor(words: readonly string[], flags: readonly string[] = ["dry-run", "force", "masked", "password-stdin"]) {
    for (let i = 0; i < words.length; i++) {
      const word = words[i] ?? "";
      if (word === "--") {
        this.positional.push(...words.slice(i + 1));
        break;
      }
      if (!word.startsWith("--")) {
        this.positional.push(word);
        continue;
      }
      const [name = "", value] = word.slice(2).split(/=(.*)/s, 2);
      if (value !== undefined) this.#options.set(name, value);
      else if (flags.includes(name)) this.#options.set(name, true);
      else {
        const after = words[i + 1];
        if (after === undefined) throw new Error(`--${name} needs a value.`);
        this.#options.set(name, after);
        i += 1;
      }
    }
  }

  flag(name: string): boolean {
    return this.#options.get(name) === true || this.#options.get(name) === "true";
  }

  get(name: string): string | undefined {
    const value = this.#options.get(name);
    return typeof value === "string" ? value : undefined;
  }

  require(name: string): string {
    const value = this.get(name);
    if (value === undefined || value === "") throw new Error(`--${name} is missing.`);
    return value;
  }

  /** A whole number of at least `least`. */
  number(name: string, fallback: number, least = 0): number {
    const text = this.get(name);
    if (text === undefined) return fallback;
    const n = Number(text);
    if (!Number.isSafeInteger(n) || n < least) throw new Error(`--${name} must be a whole number of at least ${least}.`);
    return n;
  }

  /** Refuses what the command does not know, so that a typing error is not silently ignored. */
  only(positional: number, ...names: string[]): void {
    for (const name of this.#options.keys()) if (!names.includes(name)) throw new Error(`Unknown option --${name}.`);
    if (this.positional.length > positional) throw new Error(`Unexpected argument "${this.positional[positional]}".`);
  }
}
