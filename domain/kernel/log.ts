import pino from "pino";
import { DomainError } from "./errors";
import { env } from "./env";

/**
 * What a log line may hold: ids, codes, counts and times. Never bodies, names, addresses or values of a statement.
 * The list is closed at run time too: other fields are dropped.
 */
export interface LogFields {
  id?: string;
  loop?: string;
  job?: string;
  kind?: string;
  source?: string;
  path?: string;
  method?: string;
  status?: number;
  code?: string;
  reason?: string;
  n?: number;
  ms?: number;
  bytes?: number;
  port?: number;
  pid?: number;
  attempt?: number;
  /** Goes into the line as type, code and stack frames, without its message (it may hold values). */
  error?: unknown;
}

const ALLOWED: ReadonlySet<string> = new Set<keyof LogFields>([
  "id",
  "loop",
  "job",
  "kind",
  "source",
  "path",
  "method",
  "status",
  "code",
  "reason",
  "n",
  "ms",
  "bytes",
  "port",
  "pid",
  "attempt",
]);

export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** SQLSTATE or errno of an error, wherever a library put it. */
export function codeOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Object && depth < 5; at = (at as { cause?: unknown }).cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return "unknown";
}

/** An error for the log: what it is and where, not what it says. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    code: codeOf(error),
    // Refusals of ours are written for people and hold no personal data.
    ...(error instanceof DomainError ? { says: error.message } : {}),
    stack: frames.slice(0, 12).map((line) => line.trim()),
  };
}

function clean(fields: LogFields | undefined): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields ?? {})) {
    if (key === "error") out["error"] = describeError(value);
    else if (ALLOWED.has(key) && value !== undefined) out[key] = value;
  }
  return out;
}

/** JSON lines; on a terminal one readable line each. */
export function createLog(name: string, out: { write(text: string): unknown; isTTY?: boolean } = process.stdout): Log {
  const stream = out.isTTY ? { write: (line: string) => out.write(readable(line)) } : { write: (line: string) => out.write(line) };
  const logger = pino(
    { level: env().LOG_LEVEL, base: { name }, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    stream,
  );
  return {
    debug: (event, fields) => logger.debug(clean(fields), event),
    info: (event, fields) => logger.info(clean(fields), event),
    warn: (event, fields) => logger.warn(clean(fields), event),
    error: (event, fields) => logger.error(clean(fields), event),
  };
}

function readable(line: string): string {
  const { level, time, name, msg, error, ...rest } = JSON.parse(line) as Record<string, unknown> & { error?: { stack?: string[] } };
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${String(value)}`);
  const { stack, ...about } = error ?? {};
  const cause = error ? [JSON.stringify(about), ...(stack ?? []).map((frame) => `\n    ${frame}`)] : [];
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${String(name)}: ${[String(msg), ...fields, ...cause].join(" ")}\n`;
}

/**
 * Next writes errors to the console with their message, and a database error's message holds the values of the
 * statement. From here on the console writes log lines: errors by type and code, text with values masked.
 */
export function captureConsole(log: Log): void {
  const line =
    (level: "info" | "warn" | "error") =>
    (...args: unknown[]): void => {
      const error = args.find((arg) => arg instanceof Error);
      const text = args.filter((arg) => typeof arg === "string").join(" ");
      log[level](error ? "console" : maskText(text), error ? { error } : {});
    };
  Object.assign(console, { log: line("info"), info: line("info"), warn: line("warn"), error: line("error") });
}

/** Text without what looks like personal data or a key, at most 500 characters, one line. */
export function maskText(text: string): string {
  return text
    .replace(/params:[\s\S]*$/, "params: ...")
    .replace(/[^\s"'<>]+@[^\s"'<>]+/g, "[e-mail]")
    .replace(/\+?\d[\d\s().-]{7,}\d/g, "[number]")
    .replace(/trb_[A-Za-z]+_[A-Za-z0-9_]+/g, "[key]")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 500);
}
