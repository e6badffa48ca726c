import type { IncomingMessage, ServerResponse } from "node:http";
import type { Database } from "@/db/client";
import { judgeMessage, type JudgeInput, type RejectedItem, type StoreItem, type StoreOutcome } from "@/domain/events";
import { LIMITS, type EnvelopeCode } from "@/domain/events/model";
import { systemClock, type Clock } from "@/domain/kernel/clock";
import { env } from "@/domain/kernel/env";
import type { KeySource } from "@/domain/sources";
import { clientAddress } from "../proxy-headers";
import { sendGif, sendJson, sendRefusal, type ItemAnswer } from "./answers";
import { KeyRing, keysOfRequest, oneKey } from "./auth";
import { decodeBody, Gone, readBody, ReadingRoom, type BodyLimits } from "./body";
import { Connections } from "./connections";
import { checkOrigin, corsHeaders, originOf, preflightHeaders } from "./cors";
import { readEnvelope, type Envelope } from "./envelope";
import { GroupCommit, type CommitLimits } from "./group-commit";
import { pixelMessage } from "./pixel";
import { Rates } from "./rate";
import { RefusalCounts } from "./refusal-counts";
import { overloaded, Refused, unavailable } from "./refused";
import { methodOf, routeOf, type CollectRoute } from "./routes";
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
  inFlight: 4,
  queueEvents: 20_000,
  queueBytes: 64 * 1024 * 1024,
  deadlineMs: 6_000,
};

export interface CollectOptions {
  database: Database;
  /** The project's folder: the browser SDK is served from its node_modules. */
  root: string;
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

const split = (url: string): { pathname: string; query: URLSearchParams | undefined } => {
  const at = url.indexOf("?");
  return at < 0 ? { pathname: url, query: undefined } : { pathname: url.slice(0, at), query: new URLSearchParams(url.slice(at + 1)) };
};

interface Taken {
  source: KeySource;
  envelope: Pick<Envelope, "items" | "context" | "integrations" | "sentAt" | "rawItem" | "escapes">;
  type?: Extract<CollectRoute, { kind: "message" }>["type"];
  bytes: number;
  /** Whether one item can be over its limit at all. */
  checkSizes: boolean;
  ip: string;
}

/** The collection API (docs/collect.md) on bare `node:http`: no framework, no login, no redirect in front of it. */
export function createCollect(options: CollectOptions): Collect {
  const clock = options.clock ?? systemClock;
  const limits = { ...COLLECT_LIMITS, ...options.limits };
  const hops = options.trustedProxyHops ?? env().TRUSTED_PROXY_HOPS;
  const appOrigin = options.appOrigin ?? env().APP_ORIGIN;
  const connections = new Connections(options.database, limits.deadlineMs, options.reopen);
  const commits = new GroupCommit(connections.sql, limits, connections.guard);
  const keys = new KeyRing(connections.sql, clock, connections.guard);
  const refusals = new RefusalCounts(connections.sql);
  const rates = new Rates();
  const files = new SdkFiles(options.root);
  const room = new ReadingRoom(limits.readingBytes);
  let closed = false;

  /** The source of a request's key; a database that cannot answer is a 503, never a 401. */
  const sourceOf = async (key: string | undefined, origin: string | undefined, seen: (source: KeySource) => void): Promise<KeySource> => {
    let source: KeySource;
    try {
      const found = keys.source(key);
      source = found instanceof Promise ? await found : found;
    } catch (error) {
      throw error instanceof Refused ? error : unavailable();
    }
    seen(source);
    checkOrigin(source, origin);
    if (source.status !== "enabled") throw new Refused("source_disabled", "This source is disabled");
    keys.used(source.keyId);
    return source;
  };

  const readText = async (req: IncomingMessage): Promise<{ text: string; bytes: number }> => {
    const expected = Math.min(Number(req.headers["content-length"] ?? 0) || 0, limits.bodyBytes);
    if (!room.fits(expected)) throw overloaded();
    const part = room.enter();
    try {
      const bytes = await readBody(req, limits, part.take);
      return { text: decodeBody(bytes), bytes: bytes.length };
    } finally {
      part.leave();
    }
  };

  /** Judges every item, commits, and says what became of each. */
  const take = async (taken: Taken): Promise<ItemAnswer> => {
    const { source, envelope } = taken;
    const { items } = envelope;
    const now = clock.now();
    rates.take(source.id, source.settings.rateLimit, items.length, now.getTime());
    commits.checkRoom(items.length);
    const client = {
      ip: taken.ip,
      clientSide: (source.type === "website" || source.type === "mobile") && !source.settings.serverOnly,
    };
    const answer: ItemAnswer = { success: true, accepted: 0, duplicates: 0, rejected: [], warnings: [] };
    const stored: StoreItem[] = [];
    const indexes: number[] = [];
    const rejected: RejectedItem[] = [];
    const warned = new Set<number>();
    const maxBytes = source.settings.maxMessageBytes;
    let at = 0;
    // One object for all of them: this loop is what the speed of collection depends on.
    const input: JudgeInput = {
      receivedAt: now,
      ...(taken.type === undefined ? {} : { typeFromPath: taken.type }),
      ...(envelope.context === undefined ? {} : { envelopeContext: envelope.context }),
      ...(envelope.integrations === undefined ? {} : { envelopeIntegrations: envelope.integrations }),
      ...(envelope.sentAt === undefined ? {} : { envelopeSentAt: envelope.sentAt }),
      rawText: () => envelope.rawItem(at),
      escapes: envelope.escapes,
      client,
    };
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      at = index;
      const judged = judgeMessage(item, input);
      let refusal: Pick<RejectedItem, "code" | "field" | "message"> | undefined = judged.ok ? undefined : judged;
      const messageId = judged.ok ? judged.message.messageId : judged.messageId;
      if (taken.checkSizes) {
        const size = Buffer.byteLength(envelope.rawItem(index));
        if (size > maxBytes) {
          refusal = { code: "event_too_large", field: null, message: `The message has ${size} bytes; the limit is ${maxBytes}` };
        }
      }
      if (refusal || !judged.ok) {
        const { code, field, message } = refusal as Pick<RejectedItem, "code" | "field" | "message">;
        rejected.push({ code, field, message, messageId, sample: sampleOf(envelope.rawItem(index), item, taken) });
        answer.rejected.push({ index, messageId, code, field, message });
        continue;
      }
      stored.push({ messageId: judged.message.messageId, body: judged.body, bodyHash: judged.bodyHash });
      indexes.push(index);
      if (judged.warnings.length > 0) warned.add(index);
      for (const warning of judged.warnings) answer.warnings.push({ index, messageId, ...warning });
    }
    const committed = commits.add({
      sourceId: source.id,
      receivedAt: now,
      items: stored,
      rejected,
      warnings: warned.size,
      bytes: taken.bytes,
    });
    const outcomes: StoreOutcome[] = options.answerBeforeCommit ? stored.map((): StoreOutcome => "accepted") : await committed;
    if (options.answerBeforeCommit) committed.catch(() => {});
    tell(answer, outcomes, indexes, stored);
    return answer;
  };

  const collectPost = async (req: IncomingMessage, route: CollectRoute, visit: Visit): Promise<ItemAnswer> => {
    const outside = keysOfRequest(req, visit.query);
    // A key outside the body is looked up before the body is read: strangers cannot make us read megabytes.
    const early = outside.size > 0 ? await sourceOf(oneKey(outside), visit.origin, visit.seen) : undefined;
    const { text, bytes } = await readText(req);
    const envelope = readEnvelope(text, route.kind === "batch");
    const key = oneKey(new Set([...outside, ...envelope.keys]));
    const source = early ?? (await sourceOf(key, visit.origin, visit.seen));
    const maxBytes = source.settings.maxMessageBytes;
    if (route.kind === "message" && bytes > maxBytes) {
      throw new Refused("event_too_large", `The message has ${bytes} bytes; the limit is ${maxBytes}`, { limit: maxBytes, got: bytes });
    }
    return take({
      source,
      envelope,
      ...(route.kind === "message" ? { type: route.type } : {}),
      bytes,
      checkSizes: route.kind === "batch" && bytes > maxBytes,
      ip: addressOf(req, hops),
    });
  };

  const pixel = async (req: IncomingMessage, type: "track" | "page", visit: Visit): Promise<void> => {
    const query = visit.query ?? new URLSearchParams();
    const source = await sourceOf(oneKey(keysOfRequest(req, query)), undefined, visit.seen);
    const item = pixelMessage(query, type, clock.now());
    const rawItem = (): string => JSON.stringify(item);
    const envelope = { items: [item], rawItem, escapes: true };
    await take({ source, envelope, bytes: (req.url ?? "").length, checkSizes: false, ip: addressOf(req, hops) });
  };

  const respond = async (req: IncomingMessage, res: ServerResponse, route: CollectRoute, visit: Visit): Promise<void> => {
    const cors = corsHeaders(visit.origin);
    if (req.method === "OPTIONS") {
      res.writeHead(204, preflightHeaders(req, visit.origin)).end();
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
        return sendJson(res, 200, await collectPost(req, route, visit), cors);
      case "metrics":
        // Measurements that an SDK makes of itself: nothing of a customer in them.
        req.resume();
        return sendJson(res, 200, { success: true }, cors);
      case "settings": {
        await sourceOf(route.writeKey, visit.origin, visit.seen);
        const { host, protocol } = addressAsked(req, hops, appOrigin);
        return sendJson(res, 200, segmentSettings(route.writeKey, host, protocol), cors);
      }
      case "script":
        return files.send(req, res, "standalone.js", cors);
      case "bundle":
        return files.send(req, res, route.file, cors);
      case "sourceConfig": {
        const key = oneKey(keysOfRequest(req, visit.query));
        const source = await sourceOf(key, visit.origin, visit.seen);
        return sendJson(res, 200, rudderSourceConfig(key ?? "", source), cors);
      }
      case "pixel":
        return pixel(req, route.type, visit);
    }
  };

  const handle = (req: IncomingMessage, res: ServerResponse): void => {
    const { pathname, query } = split(req.url ?? "/");
    const route = routeOf(pathname) ?? { kind: "unknown" };
    const visit: Visit = { query, origin: originOf(req), source: undefined, seen: (source) => (visit.source = source) };
    respond(req, res, route, visit)
      .catch((error: unknown) => {
        if (error instanceof Gone) return;
        const refused = error instanceof Refused ? error : unavailable();
        if (!(error instanceof Refused)) {
          options.log?.error("collect.failed", { path: route.kind, name: (error as Error).name, code: (error as { code?: string }).code });
        }
        if (visit.source) refusals.add(visit.source.id, refused.code as EnvelopeCode, clock.now());
        if (route.kind === "pixel") return;
        const readable = refused.code === "origin_not_allowed" ? undefined : visit.origin;
        sendRefusal(res, refused, corsHeaders(readable));
      })
      .finally(() => {
        // A mail client or page shows what comes back, so it is a picture whatever happened.
        if (route.kind === "pixel" && req.method === "GET") sendGif(res);
        else if (route.kind === "pixel" && !res.headersSent && !res.destroyed) res.writeHead(204).end();
      });
  };

  return {
    matches: (pathname) => routeOf(pathname) !== undefined,
    handle,
    close: async () => {
      closed = true;
      await commits.idle();
      await refusals.flush();
      await connections.close();
    },
  };
}

interface Visit {
  query: URLSearchParams | undefined;
  origin: string | undefined;
  source: KeySource | undefined;
  seen(source: KeySource): void;
}

/**
 * A rejected item as received. What only its route or its envelope said (type, context, integrations, sentAt) is put in
 * front, so that it can be replayed; of a key that is there twice, the later and own one counts.
 */
function sampleOf(raw: string, item: unknown, { type, envelope }: Pick<Taken, "type" | "envelope">): string {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return raw;
  const { context, integrations, sentAt } = envelope;
  const given = Object.entries({ type, context, integrations, sentAt }).filter(
    ([key, value]) => value !== undefined && !Object.hasOwn(item, key),
  );
  if (given.length === 0) return raw;
  const front = JSON.stringify(Object.fromEntries(given)).slice(0, -1);
  return raw.replace(/^\s*\{/, () => (Object.keys(item).length > 0 ? `${front},` : front));
}

/** Turns the outcomes of the stored items into the answer's numbers. */
function tell(answer: ItemAnswer, outcomes: readonly StoreOutcome[], indexes: readonly number[], stored: readonly StoreItem[]): void {
  let failed = false;
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i];
    if (outcome === "accepted") answer.accepted += 1;
    else if (outcome === "failed") {
      failed = true;
      const message = "The database cannot hold this message";
      answer.rejected.push({
        index: indexes[i] ?? 0,
        messageId: stored[i]?.messageId ?? null,
        code: "unprocessable",
        field: null,
        message,
      });
    } else answer.duplicates += 1;
  }
  if (failed) answer.rejected.sort((a, b) => a.index - b.index);
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
