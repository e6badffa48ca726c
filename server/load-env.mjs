// Reads `.env` of the project into the environment; what the environment already has wins. Plain Node.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Parses KEY=value lines: comments, blank lines, `export `, single quotes (literal) and double quotes (\n, \", \\).
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function parseEnvFile(text) {
  const out = {};
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const found = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line);
    if (!found) continue;
    const [, key, rest] = found;
    const single = /^'([^']*)'/.exec(rest);
    const double = /^"((?:[^"\\]|\\.)*)"/.exec(rest);
    out[key] = single
      ? single[1]
      : double
        ? double[1].replace(/\\(.)/g, (_, c) => (c === "n" ? "\n" : c))
        : rest.replace(/(^|\s)#.*$/, "").trim();
  }
  return out;
}

/** @param {string} root */
export function loadEnv(root) {
  const file = join(root, ".env");
  if (!existsSync(file)) return;
  for (const [key, value] of Object.entries(parseEnvFile(readFileSync(file, "utf8")))) process.env[key] ??= value;
}
