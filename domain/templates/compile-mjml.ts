import { createHash } from "node:crypto";
import { LIQUID } from "./blocks-to-mjml";
import { TemplateError } from "./liquid";

interface Mjml {
  (source: string, options: object): Promise<{ html: string; errors: { line: number; message: string; tagName: string }[] }>;
}

let loading: Promise<{ compile: Mjml; preset: object }> | undefined;
/** Half a second and 20 MB: only processes that compile e-mail load it. */
const load = () =>
  (loading ??= Promise.all([import("mjml-core"), import("mjml-preset-core")]).then(([core, preset]) => ({
    compile: unwrap<Mjml>(core),
    preset: unwrap<object>(preset),
  })));

/** The packages are CommonJS with a default export, which bundlers and Node wrap differently. */
function unwrap<T>(module: unknown): T {
  let found = module;
  while (typeof found === "object" && found !== null && "default" in found) found = found.default;
  return found as T;
}

export interface Compiled {
  /** HTML that still holds the Liquid. */
  readonly html: string;
  readonly warnings: readonly string[];
}

const KEPT = 200;
const MOST_ELEMENTS = 3_000;
const MOST_DEEP = 60;
const known = new Map<string, Promise<Compiled>>();

/**
 * MJML to HTML, each text once per process. Liquid stands aside meanwhile: the parser never sees a word of it, and no
 * value of a person ever reaches the parser. Tags of Liquid between elements are kept as raw HTML there. Throws
 * TemplateError.
 */
export function compileMjml(source: string): Promise<Compiled> {
  const key = createHash("sha256").update(source).digest("base64");
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = compile(source);
  if (known.size > KEPT) known.clear();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}

async function compile(source: string): Promise<Compiled> {
  const { compile: mjml, preset } = await load();
  const kept: string[] = [];
  const marked = withoutLiquid(source, kept);
  try {
    const { html, errors } = await mjml(marked, {
      presets: [preset],
      validationLevel: "soft",
      ignoreIncludes: true,
      fonts: {},
      minify: false,
      beautify: false,
    });
    const back = (text: string): string => text.replace(/lqd(\d+)lqd/gu, (_, at: string) => kept[Number(at)] ?? "");
    return {
      html: back(html)
        .replace(/^\s+/gmu, "")
        .replace(/\n{2,}/gu, "\n"),
      warnings: errors.map(({ line, message }) => back(`Line ${line}: ${message}`)).slice(0, 20),
    };
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    const line = /line (\d+)/iu.exec(error instanceof Error ? error.message : "");
    throw new TemplateError(`The MJML cannot be read${line === null ? "" : ` (line ${line[1]})`}: is every element closed?`);
  }
}

/** Elements whose children are elements: Liquid between them goes into mj-raw. */
const CONTAINERS = new Set(["mj-body", "mj-wrapper", "mj-section", "mj-column", "mj-group", "mj-hero"]);

/** Puts marks in the place of Liquid, and refuses what would take too long. */
function withoutLiquid(source: string, kept: string[]): string {
  const marked = source.replaceAll(/lqd\d+lqd/gu, "").replace(LIQUID, (token) => `lqd${kept.push(token) - 1}lqd`);
  const stack: string[] = [];
  let elements = 0;
  return marked.replace(
    /<!--[\s\S]*?-->|<(\/?)([a-z][\w-]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>|lqd\d+lqd/giu,
    (part: string, close?: string, name?: string, rest?: string) => {
      if (name === undefined) {
        if (!part.startsWith("lqd")) return part;
        return CONTAINERS.has(stack.at(-1) ?? "") ? `<mj-raw>${part}</mj-raw>` : part;
      }
      const tag = name.toLowerCase();
      if (!tag.startsWith("mj")) return part;
      if (close === "/") {
        if (stack.lastIndexOf(tag) >= 0) stack.length = stack.lastIndexOf(tag);
        return part;
      }
      elements += 1;
      if (elements > MOST_ELEMENTS) throw new TemplateError(`The MJML has more than ${MOST_ELEMENTS} elements.`);
      if (!(rest ?? "").endsWith("/")) stack.push(tag);
      if (stack.length > MOST_DEEP) throw new TemplateError(`The MJML nests more than ${MOST_DEEP} elements.`);
      return part;
    },
  );
}
