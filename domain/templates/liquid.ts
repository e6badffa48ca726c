import { Liquid } from "liquidjs";
import type { Template } from "liquidjs";
import type { Json } from "@/domain/events/model";

/** Characters that a rendered text may have. */
const MOST_OUTPUT = 500_000;
/** Blocks inside blocks: deeper ones would exhaust the stack. */
const MOST_NESTED = 50;
const KEPT = 300;

const options = {
  ownPropertyOnly: true,
  strictFilters: true,
  parseLimit: 500_000,
  /** Milliseconds by the clock: far above what any text needs, so that a process that stands still for a moment fails nobody's message. */
  renderLimit: 2_000,
  memoryLimit: 1_000_000,
  dynamicPartials: false,
  relativeReference: false,
  // Partials come from templates, never from files.
  fs: {
    exists: () => Promise.resolve(false),
    existsSync: () => false,
    readFile: () => Promise.reject(new Error("no such partial")),
    readFileSync: (): string => {
      throw new Error("no such partial");
    },
    resolve: (_: string, file: string) => file,
  },
} as const;

function engine(more: { outputEscape?: "escape" }): Liquid {
  const made = new Liquid({ ...options, ...more });
  // They would write past the escaping, or look for files.
  delete made.filters["raw"];
  for (const tag of ["raw", "include", "render", "layout", "block", "#"]) delete made.tags[tag];
  made.registerFilter("money", (amount: unknown, currency: unknown) => money(amount, currency));
  return made;
}

function money(amount: unknown, currency: unknown): string {
  const value = Number(amount);
  if (amount === null || amount === undefined || amount === "" || !Number.isFinite(value)) return "";
  const code = typeof currency === "string" && /^[A-Z]{3}$/u.test(currency) ? currency : "EUR";
  return new Intl.NumberFormat("en-GB", { style: "currency", currency: code }).format(value);
}

const engines = { html: engine({ outputEscape: "escape" }), text: engine({}) };
const parsed = { html: new Map<string, Template[]>(), text: new Map<string, Template[]>() };

export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

const hasLiquid = (template: string): boolean => template.includes("{{") || template.includes("{%");

function parse(template: string, as: "text" | "html"): Template[] {
  const known = parsed[as].get(template);
  if (known !== undefined) return known;
  let depth = 0;
  for (const [, tag] of template.matchAll(/\{%-?\s*(\w+)/gu)) {
    if (/^(?:if|unless|for|case|capture|tablerow|comment)$/u.test(tag ?? "")) depth += 1;
    else if (tag?.startsWith("end") === true) depth -= 1;
    if (depth > MOST_NESTED) throw new TemplateError(`The template nests more than ${MOST_NESTED} blocks.`);
  }
  const made = engines[as].parse(template);
  if (parsed[as].size > KEPT) parsed[as].clear();
  parsed[as].set(template, made);
  return made;
}

/**
 * Renders Liquid over plain JSON. `html` escapes every output. Missing variables are empty. Throws TemplateError with
 * the place in the template; the message holds none of the data.
 */
export function renderLiquid(template: string, scope: Readonly<Record<string, Json>>, as: "text" | "html" = "text"): string {
  if (!hasLiquid(template)) return template;
  try {
    const out: unknown = engines[as].renderSync(parse(template, as), { ...scope }, { ownPropertyOnly: true });
    const rendered = String(out);
    if (rendered.length > MOST_OUTPUT) throw new TemplateError(`The text has more than ${MOST_OUTPUT} characters.`);
    return rendered;
  } catch (error) {
    throw placed(error);
  }
}

function placed(error: unknown): TemplateError {
  if (error instanceof TemplateError) return error;
  const message = error instanceof Error ? error.message : "";
  if (message.includes("render limit exceeded"))
    return new TemplateError("The template takes too long: does a loop stand inside of another?");
  const line = /line:(\d+), col:(\d+)/u.exec(message);
  // What liquidjs says of names of tags and filters is of the template, not of the data.
  const what =
    /^(undefined filter: [\w ]+|tag "?\w+"? not (?:found|closed)|tag \{%[^%]{0,60}%\} not closed|output "[^"]{0,60}" not closed)/u.exec(
      message,
    )?.[1];
  const where = line === null ? "" : ` Look at line ${line[1]}, column ${line[2]}.`;
  return new TemplateError(
    what === undefined ? `The template cannot be rendered.${where}` : `The template cannot be rendered: ${what}.${where}`,
  );
}

/** What is wrong with the Liquid of a text; null: nothing. */
export function liquidProblem(template: string): string | null {
  if (!hasLiquid(template)) return null;
  try {
    parse(template, "text");
    return null;
  } catch (error) {
    return placed(error).message;
  }
}

/** Variables that a text asks for, as paths from the scope ("profile.first_name"); those of loops and assignments are not among them. Empty for a text that does not parse. */
export function liquidVariables(template: string): string[] {
  if (!hasLiquid(template)) return [];
  try {
    const segments = engines.text.globalVariableSegmentsSync(parse(template, "text")) as unknown[][];
    return [
      ...new Set(
        segments.map((parts) => {
          // Parts of parts are indexes known at run time only.
          const end = parts.findIndex((part) => typeof part !== "string");
          return (end < 0 ? parts : parts.slice(0, end)).join(".");
        }),
      ),
    ].filter((path) => path !== "");
  } catch {
    return [];
  }
}
