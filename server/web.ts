import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import next from "next";
import { connect } from "@/db/client";
import { LIMITS } from "@/domain/events/model";
import { env, provideEnv } from "@/domain/kernel/env";
import { secretFor } from "@/domain/kernel/secrets";
import { onStop, tell } from "./child";
import { createCollect } from "./collect/listener";
import { readiness } from "./health";
import { createJourneysApi } from "./journeys-api";
import { captureConsole, createLog } from "./log";
import { createProfileApi } from "./profile-api/handler";
import { sanitiseHeaders } from "./proxy-headers";
import { createMessagesApi } from "./messages-api/handler";
import { createRequestsApi } from "./requests-api/handler";

/** The web process: one port for collection, health, limits and the application. */
const log = createLog("web");
const settings = env();
const root = process.cwd();
const dev = settings.NODE_ENV === "development";
if (!settings.DATABASE_URL) throw new Error("DATABASE_URL is not set.");

const DRAIN_MS = 2_000;
const STOP_MS = 15_000;
/** Longest time a request's body may take; the upload of an import may take longer. */
const BODY_MS = 60_000;
const UPLOAD_MS = 30 * 60_000;
const UPLOAD = /^\/api\/imports(\/|$)/;

const database = connect(settings.DATABASE_URL, { max: 4, statementTimeoutMs: 5_000, applicationName: "tributary-web" });
if (!dev) captureConsole(log);

const databaseUrl = settings.DATABASE_URL;
const collect = createCollect({
  database,
  root,
  judgeThreads: { file: join(import.meta.dirname, "judge.js") },
  // A pool of its own: many flushes cannot starve the application, and it may be dropped when its connections hang.
  reopen: () => connect(databaseUrl, { max: 6, statementTimeoutMs: 5_000, applicationName: "tributary-collect" }),
  log,
});

// Its own connections too: a burst of profile reads must not hold up collection.
const profileReads = connect(databaseUrl, { max: 4, statementTimeoutMs: 5_000, applicationName: "tributary-profile-api" });
const profileApi = createProfileApi({ database: profileReads, log: (code, detail) => log.error(code, detail) });

const origin = (): string =>
  settings.APP_ORIGIN ?? `http://${settings.HOST === "0.0.0.0" || settings.HOST === "::" ? "127.0.0.1" : settings.HOST}:${settings.PORT}`;
const requestsApi = createRequestsApi({
  database: profileReads,
  origin,
  log: (code, detail) => log.error(code, detail),
});

const messagesApi = createMessagesApi({
  database: profileReads,
  origin: () => origin().replace(/\/$/, ""),
  log: (code, detail) => log.error(code, detail),
});
const journeysApi = createJourneysApi({ database: profileReads, log: (code, detail) => log.error(code, detail) });

let stopping = false;
const answer = (res: ServerResponse, status: number, body: unknown): void => {
  res.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  res.end(JSON.stringify(body));
};

async function health(res: ServerResponse): Promise<void> {
  if (stopping) return answer(res, 503, { ready: false, stopping: true });
  const found = await readiness(database, { root, data: settings.DATA_DIR });
  answer(res, found.ready ? 200 : 503, found);
}

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

function handler(app: (req: IncomingMessage, res: ServerResponse) => Promise<void>): Handler {
  return (req, res) => {
    if (stopping) res.setHeader("connection", "close");
    const pathname = (req.url ?? "/").split("?", 1)[0] ?? "/";
    if (profileApi.matches(pathname)) return profileApi.handle(req, res);
    if (requestsApi.matches(pathname)) return requestsApi.handle(req, res);
    if (messagesApi.matches(pathname)) return messagesApi.handle(req, res);
    if (journeysApi.matches(pathname)) return journeysApi.handle(req, res);
    if (collect.matches(pathname)) return collect.handle(req, res);
    if (pathname === "/api/health/live") return answer(res, 200, { live: true });
    if (pathname === "/api/health/ready") return void health(res);
    if (pathname === "/api/limits") return answer(res, 200, LIMITS);
    sanitiseHeaders(req, settings.TRUSTED_PROXY_HOPS);
    if (!UPLOAD.test(pathname)) {
      const timer = setTimeout(() => !req.complete && req.destroy(), BODY_MS);
      res.once("close", () => clearTimeout(timer));
    }
    app(req, res).catch((error: unknown) => {
      log.error("request.failed", { method: req.method, error });
      if (!res.headersSent) answer(res, 500, { ok: false, error: { code: "INTERNAL", message: "Something went wrong on our side." } });
      else res.destroy();
    });
  };
}

async function main(): Promise<void> {
  const server = createServer({
    maxHeaderSize: LIMITS.headerBytes,
    headersTimeout: 10_000,
    requestTimeout: UPLOAD_MS,
    keepAliveTimeout: 65_000,
  });
  // Collection and health work at once; requests for the application wait until Next is ready.
  type App = (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  let appReady: (app: App) => void = () => {};
  const application = new Promise<App>((done) => (appReady = done));
  server.on(
    "request",
    handler(async (req, res) => (await application)(req, res)),
  );
  // The port is known before Next starts, since absolute URLs are made from it.
  const port = await listen(server);
  provideEnv({
    NEXTAUTH_URL:
      settings.APP_ORIGIN ?? `http://${settings.HOST === "0.0.0.0" || settings.HOST === "::" ? "127.0.0.1" : settings.HOST}:${port}`,
    NEXTAUTH_SECRET: settings.NEXTAUTH_SECRET ?? secretFor("session").toString("base64"),
  });
  const app = next({ dev, dir: root, hostname: settings.HOST, port, httpServer: server });
  await app.prepare();
  appReady(app.getRequestHandler());
  if (dev) server.on("upgrade", app.getUpgradeHandler());
  else server.on("upgrade", (_req, socket) => socket.destroy());

  onStop(log, async ({ orphaned }) => {
    stopping = true;
    if (!orphaned) await new Promise((done) => setTimeout(done, dev ? 0 : DRAIN_MS));
    const closed = new Promise((done) => server.close(done));
    server.closeIdleConnections();
    // Streams (the live debugger) have no end of their own.
    const cut = setTimeout(() => server.closeAllConnections(), orphaned || dev ? 500 : STOP_MS);
    await closed;
    clearTimeout(cut);
    await collect.close();
    await app.close();
    await profileReads.end();
    await database.end();
  });
  tell({ ready: true, port });
  log.info("ready", { port, pid: process.pid });
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen({ host: settings.HOST, port: settings.PORT }, () => {
      server.off("error", fail);
      const address = server.address();
      done(typeof address === "object" && address ? address.port : settings.PORT);
    });
  });
}

main().catch((error: unknown) => {
  const code = (error as NodeJS.ErrnoException).code;
  tell({
    failed:
      code === "EADDRINUSE"
        ? `port ${settings.PORT} on ${settings.HOST} is in use: choose another one with PORT`
        : `the web process: ${String((error as Error).message)}`,
  });
  log.error("start.failed", { error });
  process.exit(1);
});
