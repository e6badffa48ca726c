import type { IncomingMessage, ServerResponse } from "node:http";
import type { Database } from "@/db/client";
import { LIMITS, type EnvelopeCode } from "@/domain/events/model";
import { systemClock, type Clock } from "@/domain/kernel/clock";
import { env } from "@/domain/kernel/env";
import type { KeySource } from "@/domain/sources";
import { clientAddress } from "../proxy-headers";
import { sendAnswer, sendGif, sendJson, sendRefusal } from "./answers";
import { keyOfRequest, KeyRing } from "./auth";
import { BodyReader, decodeBody, Gone, type BodyLimits } from "./body";
import { Connections } from "./connections";
import { checkOrigin, corsHeaders, originOf, preflightHeaders } from "./cors";
import { readEnvelope } from "./envelope";
import { GroupCommit, type CommitLimits } from "./group-commit";
import { Intake } from "./intake";
import { judgeItems, type Circumstances, type Items, type JudgedItems } from "./judge-items";
import { JudgeThreads } from "./judge-threads";
import { pixelMessage } from "./pixel";
import { Rates } from "./rate";
import { RefusalCounts } from "./refusal-counts";
import { Refused, unavailable } from "./refused";
import { methodOf, routeOf, type CollectRoute } from "./routes";
import { sameKey } from "./same-key";
import { rudderSourceConfig, segmentSettings } from "./sdk-config";
import { SdkFiles } from "./sdk-files";

export interface CollectLimits extends CommitLimits, BodyLimits {
  /** Bytes of bodies (as sent and as inflated) in memory at once, over all connections; more are refused with 429. */
  readingBytes: number;
}

export const COLLECT_LIMITS: CollectLimits = {
  bodyBytes: LIMITS.bodyBytes,
  inflatedBytes: LIMITS.inflatedBytes,
  bodyMs: 15_000,
  readingBytes: 128 * 1024 * 1024,
  flushMs: 5,
  flushRows: 2_000,
  flushBytes: 1024 * 1024,
  eager: 2,
  inFlight: 4,
  queueEvents: 20_000,
  queueBytes: 64 * 1024 * 1024,
  deadlineMs: 6_000,
};

export interface CollectOptions {
  database: Database;
  /** The project's folder: the browser SDK is served from its node_modules. */
  root: string;
  /** The bundle of server/judge.ts, for threads that judge large bodies. Without it everything is judged here. */
  judgeThreads?: { file: string; count?: number };
  /** Opens a pool of the collector's own, which it may drop when its connections hang. Without it `database` is used. */
  reopen?: () => Database;
  clock?: Clock;
  limits?: Partial<CollectLimits>;
  trustedProxyHops?: number;
  /** Public address of this install, where it is configured. */
  appOrigin?: string;
  log?: { error(event: string, data: Record<string, unknown>): void };
  /** Only for the chaos test's mutant, which must be seen to lose data. */
  answerBeforeCommit?: boolean;
}

export interface Collect {
  matches(pathname: string): boolean;
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** Waits for what was taken in to be committed and lets go of the database. */
  close(): Promise<void>;
}

/** Bodies from here on, in bytes, are judged by a thread: below, handing them over costs more than judging them. */
const LARGE_BODY = 16 * 1024;

const split = (url: string): { pathname: string; query: URLSearchParams | undefined } => {
  const at = url.indexOf("?");
  return at < 0 ? { pathname: url, query: undefined } : { pathname: url.slice(0, at), query: new URLSearchParams(url.slice(at + 1)) };
};

/** A request on its way. */
interface Visit {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly route: CollectRoute;
  readonly query: URLSearchParams | undefined;
  readonly origin: string | undefined;
  /** Once its key is known: refusals are counted for it. */
  source: KeySource | undefined;
}

/** The collection API (docs/collect.md) on bare `node:http`: no framework, no login, no redirect in front of it. */
export function createCollect(options: CollectOptions): Collect {
  const clock = options.clock ?? systemClock;
  const limits = { ...COLLECT_LIMITS, ...options.limits };
  const hops = options.trustedProxyHops ?? env().TRUSTED_PROXY_HOPS;
  const appOrigin = options.appOrigin ?? env().APP_ORIGIN;
  const connections = new Connections(options.database, limits.deadlineMs, options.reopen);
  const commits = new GroupCommit(connections.sql, limits, connections.guard);
  const keys = new KeyRing(connections.sql, connections.guard);
  const refusals = new RefusalCounts(connections.sql);
  const intake = new Intake({ commits, rates: new Rates(), answerBeforeCommit: options.answerBeforeCommit === true });
  const threads = options.judgeThreads && new JudgeThreads(options.judgeThreads.file, options.judgeThreads.count);
  const files = new SdkFiles(options.root);
  const bodies = new BodyReader(limits);
  let closed = false;

  const answerRefused = (visit: Visit, error: unknown): void => {
    const { req, res, route } = visit;
    if (!(error instanceof Gone)) {
      const refused = error instanceof Refused ? error : unavailable();
      if (!(error instanceof Refused)) {
        options.log?.error("collect.failed", { path: route.kind, name: (error as Error).name, code: (error as { code?: string }).code });
      }
      if (visit.source) refusals.add(visit.source.id, refused.code as EnvelopeCode, clock.now());
      if (route.kind !== "pixel") {
        const readable = refused.code === "origin_not_allowed" ? undefined : visit.origin;
        sendRefusal(res, refused, corsHeaders(readable));
      }
    }
    if (route.kind === "pixel") endPixel(req, res);
  };

  /** Goes on with `next`, whose throw is the request's refusal. */
  const attempt = <T>(visit: Visit, next: (value: T) => void, value: T): void => {
    try {
      next(value);
    } catch (error) {
      answerRefused(visit, error);
    }
  };

  const checkSource = (visit: Visit, source: KeySource, now: Date): KeySource => {
    visit.source = source;
    // Pictures are asked for by pages of any origin.
    if (visit.route.kind !== "pixel") checkOrigin(source, visit.origin);
    if (source.status !== "enabled") throw new Refused("source_disabled", "This source is disabled");
    keys.used(source.keyId, now);
    return source;
  };

  /**
   * Finds the source of a request's key and goes on with it, at once where it is known. A database that cannot answer is
   * a 503, never a 401.
   */
  const withSource = (visit: Visit, key: string | undefined, use: (source: KeySource) => void): void => {
    const now = clock.now();
    const found = keys.source(key, now.getTime());
    if (found instanceof Promise) void waitForSource(visit, found, now, use);
    else use(checkSource(visit, found, now));
  };

  const waitForSource = async (visit: Visit, found: Promise<KeySource>, now: Date, use: (source: KeySource) => void): Promise<void> => {
    try {
      use(checkSource(visit, await found, now));
    } catch (error) {
      answerRefused(visit, error);
    }
  };

  /** What judging must know of a request. Refuses a message that is too large. */
  const circumstancesOf = (visit: Visit, source: KeySource, size: number): Circumstances => {
    const { serverOnly, maxMessageBytes } = source.settings;
    const { route } = visit;
    if (route.kind === "message" && size > maxMessageBytes) {
      const message = `The message has ${size} bytes; the limit is ${maxMessageBytes}`;
      throw new Refused("event_too_large", message, { limit: maxMessageBytes, got: size });
    }
    return {
      type: route.kind === "message" ? route.type : undefined,
      source: { type: source.type, settings: { serverOnly, maxMessageBytes } },
      checkSizes: route.kind === "batch" && size > maxMessageBytes,
      ip: addressOf(visit.req, hops),
      gpc: visit.req.headers["sec-gpc"] === "1",
      now: clock.now(),
    };
  };

  const commit = (visit: Visit, source: KeySource, judged: JudgedItems, now: Date, size: number): void =>
    intake.commit(source, judged, now, size, (error, answer) => {
      try {
        if (visit.route.kind === "pixel" && answer) endPixel(visit.req, visit.res);
        else if (answer) sendAnswer(visit.res, answer, corsHeaders(visit.origin));
        else answerRefused(visit, error);
      } catch {
        // One that cannot be told must not cost the others of its commit their answer; it will send again.
        visit.res.destroy();
      }
    });

  const takeEnvelope = (visit: Visit, source: KeySource, envelope: Items, size: number): void => {
    const circumstances = circumstancesOf(visit, source, size);
    intake.checkRoom(source, envelope.items.length, circumstances.now);
    commit(visit, source, judgeItems(envelope, circumstances), circumstances.now, size);
  };

  /** Has a large body judged by a thread. False: there is none that could. */
  const judgeApart = (visit: Visit, source: KeySource, key: string, bytes: Buffer): boolean => {
    if (bytes.length < LARGE_BODY || !threads) return false;
    const circumstances = circumstancesOf(visit, source, bytes.length);
    const { now } = circumstances;
    return threads.judge(bytes, visit.route.kind === "batch", circumstances, (error, judged) => {
      if (!judged) return answerRefused(visit, error);
      attempt(
        visit,
        () => {
          sameKey(key, judged.key);
          intake.checkRoom(source, judged.stored.length + judged.rejected.length, now);
          commit(visit, source, judged, now, bytes.length);
        },
        undefined,
      );
    });
  };

  // Callbacks from here to the answer: with the AsyncLocalStorage that Next and `withTx` switch on, the promises of an
  // async function cost as much as reading and judging a message.
  const post = (visit: Visit): void => {
    const batch = visit.route.kind === "batch";
    const key = keyOfRequest(visit.req, visit.query);
    const read = (use: (bytes: Buffer) => void): void =>
      bodies.read(visit.req, (error, bytes) => {
        if (error) answerRefused(visit, error);
        else attempt(visit, use, bytes);
      });
    if (key === undefined) {
      return read((bytes) => {
        const envelope = readEnvelope(decodeBody(bytes), batch);
        withSource(visit, envelope.key, (source) => takeEnvelope(visit, source, envelope, bytes.length));
      });
    }
    // A key outside the body is looked up before the body is read: strangers cannot make us read megabytes.
    withSource(visit, key, (source) =>
      read((bytes) => {
        if (judgeApart(visit, source, key, bytes)) return;
        const envelope = readEnvelope(decodeBody(bytes), batch);
        sameKey(key, envelope.key);
        takeEnvelope(visit, source, envelope, bytes.length);
      }),
    );
  };

  const pixel = (visit: Visit, type: "track" | "page"): void => {
    const query = visit.query ?? new URLSearchParams();
    withSource(visit, keyOfRequest(visit.req, query), (source) => {
      const item = pixelMessage(query, type, clock.now());
      const envelope = { items: [item], rawItem: (): string => JSON.stringify(item), escapes: true, key: undefined };
      takeEnvelope(visit, source, envelope, (visit.req.url ?? "").length);
    });
  };

  const respond = (visit: Visit): void => {
    const { req, res, route, origin } = visit;
    if (req.method === "OPTIONS") {
      res.writeHead(204, preflightHeaders(req, origin)).end();
      return;
    }
    if (route.kind === "unknown") throw new Refused("not_found", "There is no such collection path");
    const method = methodOf(route);
    if (req.method !== method && !(method === "GET" && req.method === "HEAD")) {
      throw new Refused("method_not_allowed", `Use ${method}`, { allow: `${method}, OPTIONS` });
    }
    if ((req.url ?? "").length > LIMITS.urlBytes) {
      throw new Refused("invalid_envelope", `The URL is longer than ${LIMITS.urlBytes} bytes`, { limit: LIMITS.urlBytes });
    }
    if (closed) throw unavailable();
    switch (route.kind) {
      case "message":
      case "batch":
        return post(visit);
      case "metrics":
        // Measurements that an SDK makes of itself: nothing of a customer in them.
        req.resume();
        return sendJson(res, 200, { success: true }, corsHeaders(origin));
      case "settings":
        return withSource(visit, route.writeKey, () => {
          const { host, protocol } = addressAsked(req, hops, appOrigin);
          sendJson(res, 200, segmentSettings(route.writeKey, host, protocol), corsHeaders(origin));
        });
      case "script":
      case "bundle":
        files
          .send(req, res, route.kind === "script" ? "standalone.js" : route.file, corsHeaders(origin))
          .catch((error: unknown) => answerRefused(visit, error));
        return;
      case "sourceConfig": {
        const key = keyOfRequest(req, visit.query);
        return withSource(visit, key, (source) => sendJson(res, 200, rudderSourceConfig(key ?? "", source), corsHeaders(origin)));
      }
      case "pixel":
        return pixel(visit, route.type);
    }
  };

  const handle = (req: IncomingMessage, res: ServerResponse): void => {
    const { pathname, query } = split(req.url ?? "/");
    const visit = { req, res, route: routeOf(pathname) ?? { kind: "unknown" as const }, query, origin: originOf(req), source: undefined };
    attempt<Visit>(visit, respond, visit);
  };

  return {
    matches: (pathname) => routeOf(pathname) !== undefined,
    handle,
    close: async () => {
      closed = true;
      await threads?.close();
      await commits.idle();
      await refusals.flush();
      await connections.close();
    },
  };
}

/** A mail client or page shows what comes back, so it is a picture whatever happened. */
function endPixel(req: IncomingMessage, res: ServerResponse): void {
  if (req.method === "GET") sendGif(res);
  else if (!res.headersSent && !res.destroyed) res.writeHead(204).end();
}

function addressOf(req: IncomingMessage, hops: number): string {
  const forwarded = req.headers["x-forwarded-for"];
  return clientAddress(req.socket.remoteAddress ?? "", Array.isArray(forwarded) ? forwarded.join(",") : forwarded, hops);
}

const HOST = /^[A-Za-z0-9.:[\]-]{1,255}$/;

/** Host and scheme under which the browser reached us: where its SDK shall send. */
function addressAsked(req: IncomingMessage, hops: number, appOrigin: string | undefined): { host: string; protocol: "http" | "https" } {
  const lastOf = (name: string): string | undefined => {
    const value = req.headers[name];
    return hops > 0 ? (Array.isArray(value) ? value.join(",") : value)?.split(",").at(-1)?.trim() : undefined;
  };
  const configured = appOrigin === undefined ? undefined : new URL(appOrigin);
  const asked = lastOf("x-forwarded-host") ?? req.headers.host ?? "";
  const host = HOST.test(asked) ? asked : (configured?.host ?? "");
  const proto = lastOf("x-forwarded-proto");
  const secure =
    proto === undefined ? "encrypted" in req.socket || (configured?.host === host && configured.protocol === "https:") : proto === "https";
  return { host, protocol: secure ? "https" : "http" };
}
