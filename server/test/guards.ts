import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Reads the source as text and finds what a surface offers without a permission. Used by guards.test.ts. */
export interface Finding {
  file: string;
  what: string;
}

export function sources(root: string, folder: string, wanted: RegExp): { file: string; text: string }[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((file) => wanted.test(file) && !/\.test\.tsx?$/.test(file))
    .toSorted()
    .map((file) => ({ file, text: withoutComments(readFileSync(join(root, file), "utf8")) }));
}

/** Comments become blanks; strings stay. Enough for finding calls. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|(^|[^:])\/\/[^\n]*/g,
    (_all, string: string | undefined, before: string | undefined) => string ?? before ?? "",
  );
}

/** The text between the bracket at `open` and its partner. */
function balanced(text: string, open: number): { inside: string; end: number } {
  const pairs: Record<string, string> = { "(": ")", "{": "}" };
  const first = text[open] ?? "";
  const last = pairs[first] ?? "";
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === first) depth += 1;
    else if (text[i] === last && --depth === 0) return { inside: text.slice(open + 1, i), end: i };
  }
  return { inside: text.slice(open + 1), end: text.length };
}

/** Names that other rooms and surfaces can reach: those in the door. */
export function doorNames(doorText: string): Set<string> {
  const names = new Set<string>();
  for (const [, type, list] of doorText.matchAll(/export\s+(type\s+)?\{([^}]*)\}/g)) {
    if (type) continue;
    for (const part of (list ?? "").split(",")) {
      const name = part.trim();
      if (name && !name.startsWith("type ")) names.add(name.split(/\s+as\s+/)[0] ?? name);
    }
  }
  return names;
}

/** Exported functions of a room that take a context or a database handle. */
export function offered(text: string): { name: string; first: string; body: string }[] {
  const out: { name: string; first: string; body: string }[] = [];
  for (const found of text.matchAll(/export\s+(?:async\s+)?function\*?\s+(\w+)\s*(?:<[^(]*>)?\(/g)) {
    const open = found.index + found[0].length - 1;
    const { inside, end } = balanced(text, open);
    const bodyAt = bodyStart(text, end);
    out.push({ name: found[1] ?? "", first: inside.trim(), body: balanced(text, bodyAt).inside.trim() });
  }
  return out;
}

/** Where the body begins: the first brace after the parameters that does not belong to the return type. */
function bodyStart(text: string, from: number): number {
  for (let at = text.indexOf("{", from); at >= 0; at = text.indexOf("{", balanced(text, at).end)) {
    const between = text.slice(from + 1, at);
    // `): Promise<{ ... }> {`: a brace inside angle brackets, or straight after a colon or bar, is a type.
    const open = (between.match(/</g) ?? []).length - (between.match(/(?<!=)>/g) ?? []).length;
    if (open <= 0 && !/[:|&]\s*$/.test(between)) return at;
  }
  return text.length;
}

/** Verbs and reads of a room's door that do not begin with the guard. */
export function unguardedVerbs(door: string, files: { file: string; text: string }[]): (Finding & { name: string })[] {
  const names = doorNames(door);
  return files.flatMap(({ file, text }) =>
    offered(text)
      .filter(({ name, first }) => names.has(name) && /^ctx\s*:/.test(first))
      .filter(({ body }) => !/^(?:requirePermission|requireEither)\(\s*ctx\b/.test(body))
      .map(({ name }) => ({ file, name, what: `${name} does not begin with requirePermission(ctx, ...)` })),
  );
}

/** Functions of a door that reach the database without any actor. */
export function actorless(door: string, files: { file: string; text: string }[]): (Finding & { name: string })[] {
  const names = doorNames(door);
  return files.flatMap(({ file, text }) =>
    offered(text)
      .filter(({ name, first }) => names.has(name) && /^(?:sql|db|database|tx|\{\s*sql)\b/.test(first))
      .map(({ name }) => ({ file, name, what: `${name} reaches the database without an actor` })),
  );
}

/** Exports of a server-action file that no wrapper made. */
export function bareActions(file: string, text: string): { findings: Finding[]; open: string[] } {
  const findings: Finding[] = [];
  const open: string[] = [];
  if (!/^\s*["']use server["']/.test(text)) {
    if (/["']use server["']/.test(text))
      findings.push({ file, what: "a server action inside a function: put it into a file of its own, made by action(...)" });
    return { findings, open };
  }
  for (const [line, kind, rest] of text.matchAll(/^export\s+(default\b|const|let|var|async function|function|class|\{|\*)\s*(.*)$/gm)) {
    if (/^export\s+(?:type|interface)\b/.test(line)) continue;
    const made = kind === "const" ? /^(\w+)\s*(?::[^=]*)?=\s*(action|publicAction)\b/.exec(rest ?? "") : null;
    if (!made) findings.push({ file, what: `exports something that action(...) did not make: ${line.trim().slice(0, 80)}` });
    else if (made[2] === "publicAction") open.push(`${file} ${made[1]}`);
  }
  return { findings, open };
}

const METHODS = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS";

/** Handlers of a route file that no wrapper made. */
export function bareHandlers(file: string, text: string): Finding[] {
  const findings: Finding[] = [];
  for (const [, name, made] of text.matchAll(new RegExp(`export\\s+const\\s+(${METHODS})\\s*(?::[^=]*)?=\\s*(\\w+)`, "g"))) {
    if (made !== "route") findings.push({ file, what: `${name} is made by ${made}, not by route(...)` });
  }
  for (const [, name] of text.matchAll(new RegExp(`export\\s+(?:async\\s+)?function\\s+(${METHODS})\\b`, "g")))
    findings.push({ file, what: `${name} is a bare function` });
  for (const [, list] of text.matchAll(/export\s+\{([^}]*)\}/g)) {
    if (new RegExp(`\\b(?:${METHODS})\\b`).test(list ?? "")) findings.push({ file, what: `re-exports handlers: ${(list ?? "").trim()}` });
  }
  return findings;
}
