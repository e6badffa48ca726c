import { Liquid } from "liquidjs";
import type { Context } from "liquidjs";
import type { Json } from "@/domain/events/model";

/** Characters that a rendered text may have. */
const MOST_OUTPUT = 500_000;

const options = {
  ownPropertyOnly: true,
  strictFilters: true,
  parseLimit: 100_000,
  /** Milliseconds. */
  renderLimit: 50,
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

const html = new Liquid({ ...options, outputEscape: "escape" });
const text = new Liquid(options);

export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

/**
 * Renders Liquid over plain JSON. `html` escapes every output. Missing variables are empty. Throws TemplateError with
 * the place in the template; the message holds none of the data.
 */
export function renderLiquid(template: string, scope: Readonly<Record<string, Json>>, as: "text" | "html" = "text"): string {
  if (!template.includes("{{") && !template.includes("{%")) return template;
  try {
    const engine = as === "html" ? html : text;
    const out: unknown = engine.parseAndRenderSync(template, { ...scope }, { ownPropertyOnly: true } as Partial<Context> as never);
    const rendered = String(out);
    if (rendered.length > MOST_OUTPUT) throw new TemplateError(`The text has more than ${MOST_OUTPUT} characters.`);
    return rendered;
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    const line = /line:(\d+), col:(\d+)/u.exec(error instanceof Error ? error.message : "");
    throw new TemplateError(
      line === null ? "The template cannot be rendered." : `The template cannot be rendered: look at line ${line[1]}, column ${line[2]}.`,
    );
  }
}
