import { z } from "zod";
import { isAllowList } from "./outgoing/addresses";

const bool = z
  .enum(["0", "1", "true", "false", ""])
  .default("0")
  .transform((value) => value === "1" || value === "true");

/**
 * The only place that reads `process.env` (lint forbids it elsewhere; `server/*.mjs` set-up scripts excepted).
 * Every variable is described in `.env.example`.
 */
const schema = z.object({
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must be a PostgreSQL URL such as postgres://user:password@host:5432/tributary")
    .optional(),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  HOST: z.string().min(1).default("127.0.0.1"),
  /** Public address of this install, e.g. https://cdp.example.com. */
  APP_ORIGIN: z.url({ protocol: /^https?$/, error: "must be an http(s) URL such as https://cdp.example.com" }).optional(),
  DATA_DIR: z.string().min(1).default(".data"),
  /** 32 bytes as base64 or hex; made and kept in DATA_DIR/master.key when unset. */
  MASTER_KEY: z.string().optional(),
  NEXTAUTH_SECRET: z.string().min(32, "must have at least 32 characters").optional(),
  ADMIN_EMAIL: z.email("must be an e-mail address").optional(),
  ADMIN_PASSWORD: z.string().min(12, "must have at least 12 characters").optional(),
  /** OIDC single sign-on is on when issuer, id and secret are all set. */
  OIDC_ISSUER: z.url("must be the issuer URL of the provider").optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_NAME: z.string().min(1).default("Single sign-on"),
  /** Hops of trusted proxies in front (0: the socket address is the client). */
  TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(12),
  /** Megabytes that a process may keep of computed rows of segments, so that an edit computes only what changed. */
  SEGMENT_CACHE_MB: z.coerce.number().int().min(1).max(65_536).default(128),
  /**
   * Hosts, addresses and networks that outgoing requests may reach though they are not public, separated by commas:
   * llm.internal:8080, 10.0.0.0/8. Empty: public addresses only.
   */
  OUTGOING_ALLOW: z.string().default("").refine(isAllowList, "must be hosts, addresses or networks such as llm.internal:8080,10.0.0.0/8"),
  /** Megabytes that a process may keep of events as columns; what needs more is asked of the database. */
  EVENT_BLOCK_CACHE_MB: z.coerce.number().int().min(1).max(65_536).default(256),
  /**
   * An OpenAI-compatible endpoint that may turn sentences into drafts of segments, such as https://api.openai.com/v1.
   * On when the model is set too; on your own network it also stands in OUTGOING_ALLOW.
   */
  LLM_URL: z.url({ protocol: /^https?$/, error: "must be an http(s) URL such as https://api.openai.com/v1" }).optional(),
  LLM_MODEL: z.string().min(1).optional(),
  LLM_API_KEY: z.string().min(1).optional(),
  DEMO: bool,
  /** Set by the CLI: the folder in which the command was typed. */
  TRIBUTARY_CWD: z.string().optional(),
});

export type Env = z.output<typeof schema>;

/** Parses an environment; throws one error that names each wrong variable and what it should be. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  // An empty value in a .env file means "not set".
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The environment is not usable:\n${lines.join("\n")}\nSee .env.example for every variable.`);
}

let cached: Env | undefined;

/** The validated environment of this process. */
export function env(): Env {
  // oxlint-disable-next-line no-process-env
  cached ??= parseEnv(process.env);
  return cached;
}

/** Sets variables that libraries read by themselves (next-auth), where they are not set. Before the library loads. */
export function provideEnv(values: Record<string, string>): void {
  // oxlint-disable-next-line no-process-env
  for (const [key, value] of Object.entries(values)) process.env[key] ||= value;
}
