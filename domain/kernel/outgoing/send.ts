import { lookup } from "node:dns/promises";
import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { env } from "../env";
import { AllowList, isLocalName, isPublicAddress } from "./addresses";
import { OutgoingError } from "./errors";

/** Limits unless the caller sets others. Times in milliseconds, size in bytes. */
const LIMITS = { connectMs: 5_000, totalMs: 15_000, bytes: 65_536, headerBytes: 16_384 };
const PORTS: ReadonlySet<number> = new Set([80, 443, 8443]);
/** Addresses of one name that are tried one after the other, where no connection comes about. */
const TRIES = 3;

export interface OutgoingRequest {
  url: string;
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Host, length and connection are set here; the caller's are left out. */
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** For everything together: name, connection, request, answer. */
  timeoutMs?: number;
  connectTimeoutMs?: number;
  maxBytes?: number;
  /** What to do with a longer answer: refuse it (default), or keep its beginning and stop reading. */
  onTooLarge?: "refuse" | "cut";
  signal?: AbortSignal | undefined;
}

export interface OutgoingAnswer {
  status: number;
  /** Lower-case names; several values of one name are joined by commas. */
  headers: Record<string, string>;
  body: Buffer;
  /** The answer was longer than `maxBytes`. */
  cut: boolean;
  /** Milliseconds from the call to the last byte. */
  ms: number;
}

export interface OutgoingOptions {
  /** Exceptions of the operator; see `AllowList`. */
  allow: string;
  /** All addresses of a name. */
  resolve?: (host: string) => Promise<string[]>;
  /** Further certificate authorities (PEM). */
  ca?: string;
}

interface Target {
  url: URL;
  host: string;
  port: number;
}

/**
 * The one way out of this install for HTTP: every request to an address that somebody entered goes through here.
 *
 * The name is resolved once, every address behind it must be public (or named in OUTGOING_ALLOW), and the connection
 * goes to exactly such an address, with the name kept for Host and TLS: an answer of the DNS that changes afterwards
 * changes nothing. Redirects are answers like others and are never followed; time and size are bounded; nothing is
 * decompressed; connections are not kept. Retries are the caller's.
 */
export class Outgoing {
  private readonly allow: AllowList;
  private readonly resolve: (host: string) => Promise<string[]>;

  constructor(private readonly options: OutgoingOptions) {
    this.allow = new AllowList(options.allow);
    this.resolve = options.resolve ?? (async (host) => (await lookup(host, { all: true })).map(({ address }) => address));
  }

  /**
   * Checks what can be checked without asking anybody: for verbs that keep an address. The same is checked again when
   * it is called.
   * @throws OutgoingError "url" or "refused"
   */
  check(text: string): URL {
    return this.target(text).url;
  }

  /**
   * Addresses that a connection of another protocol (mail) may go to: the name is resolved once, and every address is
   * judged like that of a request. Connect to one of them, with the name kept for TLS.
   * @param ports the protocol's own
   * @throws OutgoingError
   */
  async reach(host: string, port: number, ports: readonly number[]): Promise<string[]> {
    const name = host.toLowerCase().replace(/\.$/, "");
    if (!/^[a-z0-9.:_-]+$/.test(name)) throw new OutgoingError("url", "host");
    const family = isIP(name);
    const allowed = family === 0 ? this.allow.names(name, port) : this.allow.allows(name, name, port);
    if (!allowed && this.allow.empty) {
      if (isLocalName(name)) throw new OutgoingError("refused", "not a public name");
      if (!ports.includes(port)) throw new OutgoingError("url", "port");
    }
    return this.addresses({ host: name, port }, new Set(ports));
  }

  private target(text: string): Target {
    let url: URL;
    try {
      url = new URL(text);
    } catch {
      throw new OutgoingError("url", "not a URL");
    }
    if (url.protocol !== "http:" && url.protocol !== "https:") throw new OutgoingError("url", "scheme");
    if (url.username !== "" || url.password !== "") throw new OutgoingError("url", "user name in the URL");
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
    const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
    const family = isIP(host);
    const allowed = family === 0 ? this.allow.names(host, port) : this.allow.allows(host, host, port);
    if (!allowed) {
      if (family !== 0 && !isPublicAddress(host)) throw new OutgoingError("refused", "not a public address");
      // Where networks are allowed, a local name or another port may lie there: judged with its addresses.
      const judged = family === 0 && !this.allow.empty;
      if (!judged && isLocalName(host)) throw new OutgoingError("refused", "not a public name");
      if (!judged && !PORTS.has(port)) throw new OutgoingError("url", "port");
    }
    return { url, host, port };
  }

  /** @throws OutgoingError; an answer with any status is no error */
  async send(request: OutgoingRequest): Promise<OutgoingAnswer> {
    const started = performance.now();
    const deadline = new Deadline(request.timeoutMs ?? LIMITS.totalMs, request.signal);
    try {
      const target = this.target(request.url);
      const addresses = await deadline.race(this.addresses(target));
      for (const [i, address] of addresses.entries()) {
        try {
          const answer = await this.once(target, address, request, deadline);
          return { ...answer, ms: Math.round(performance.now() - started) };
        } catch (error) {
          const last = i === addresses.length - 1;
          if (last || !(error instanceof NoConnection)) throw error instanceof NoConnection ? error.cause : error;
        }
      }
      throw new OutgoingError("unreachable", "no address");
    } finally {
      deadline.end();
    }
  }

  private async addresses({ host, port }: Pick<Target, "host" | "port">, ports: ReadonlySet<number> = PORTS): Promise<string[]> {
    let found: string[];
    if (isIP(host) !== 0) found = [host];
    else {
      try {
        found = await this.resolve(host);
      } catch (error) {
        throw new OutgoingError("unreachable", codeOf(error));
      }
    }
    if (found.length === 0) throw new OutgoingError("unreachable", "no address");
    // One that is not public among public ones is an attempt, not a choice.
    for (const address of found) {
      const allowed = this.allow.allows(host, address, port);
      if (!allowed && !isPublicAddress(address)) throw new OutgoingError("refused", "not a public address");
      if (!allowed && !ports.has(port)) throw new OutgoingError("url", "port");
    }
    return found.slice(0, TRIES);
  }

  private once(
    { url, host, port }: Target,
    address: string,
    given: OutgoingRequest,
    deadline: Deadline,
  ): Promise<Omit<OutgoingAnswer, "ms">> {
    const body = given.body === undefined ? undefined : Buffer.from(given.body);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(given.headers ?? {}))
      if (!OWN_HEADERS.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
    headers["host"] = url.host;
    headers["accept-encoding"] = "identity";
    headers["user-agent"] ??= "Tributary";
    if (body) headers["content-length"] = String(body.length);
    const secure = url.protocol === "https:";
    const options: RequestOptions & { servername?: string; ca?: string } = {
      host: address,
      port,
      path: `${url.pathname}${url.search}`,
      method: given.method ?? (body ? "POST" : "GET"),
      headers,
      agent: false,
      maxHeaderSize: LIMITS.headerBytes,
      ...(secure ? { servername: isIP(host) === 0 ? host : "" } : {}),
      ...(secure && this.options.ca ? { ca: this.options.ca } : {}),
    };
    return new Promise((resolve, reject) => {
      let connected = false;
      let sent: ClientRequest;
      const release = deadline.onEnd((error) => {
        clearTimeout(connecting);
        sent?.destroy();
        reject(new OutgoingError(error.code, error.reason, connected));
      });
      const connecting = setTimeout(() => {
        sent.destroy();
        fail(new OutgoingError("timeout", "connection"));
      }, given.connectTimeoutMs ?? LIMITS.connectMs);
      const fail = (error: unknown): void => {
        clearTimeout(connecting);
        release();
        const typed =
          error instanceof OutgoingError
            ? new OutgoingError(error.code, error.reason, connected)
            : new OutgoingError("unreachable", codeOf(error), connected);
        reject(connected ? typed : new NoConnection(typed));
      };
      try {
        sent = (secure ? httpsRequest : httpRequest)(options);
      } catch (error) {
        // A header or path that cannot be sent.
        clearTimeout(connecting);
        release();
        reject(new OutgoingError("url", codeOf(error)));
        return;
      }
      sent.on("socket", (socket) =>
        socket.once(secure ? "secureConnect" : "connect", () => {
          connected = true;
          clearTimeout(connecting);
        }),
      );
      sent.on("error", fail);
      sent.on("response", (response) =>
        read(response, given).then((answer) => {
          release();
          sent.destroy();
          resolve(answer);
        }, fail),
      );
      sent.end(body);
    });
  }
}

/** Ours to set: a caller that could set them could smuggle a second request or another host. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "accept-encoding",
  "expect",
  "te",
  "trailer",
  "upgrade",
  "keep-alive",
  "proxy-connection",
]);

async function read(response: IncomingMessage, given: OutgoingRequest): Promise<Omit<OutgoingAnswer, "ms">> {
  const limit = given.maxBytes ?? LIMITS.bytes;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  const pieces: Buffer[] = [];
  let bytes = 0;
  let cut = false;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece.subarray(0, limit - bytes));
    bytes += piece.length;
    if (bytes <= limit) continue;
    if (given.onTooLarge !== "cut") throw new OutgoingError("too_large", `more than ${limit} bytes`);
    cut = true;
    break;
  }
  return { status: response.statusCode ?? 0, headers, body: Buffer.concat(pieces), cut };
}

/** Nothing was sent: another address of the same name may be tried. */
class NoConnection extends Error {
  override readonly cause: OutgoingError;
  constructor(cause: OutgoingError) {
    super(cause.reason);
    this.cause = cause;
  }
}

/** One limit of time, and the caller's signal, over several steps. */
class Deadline {
  private error: OutgoingError | undefined;
  private readonly waiting = new Set<(error: OutgoingError) => void>();
  private readonly timer: NodeJS.Timeout;
  private readonly abort = (): void => this.stop(new OutgoingError("aborted", "signal"));

  constructor(
    ms: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.timer = setTimeout(() => this.stop(new OutgoingError("timeout", "total")), ms);
    if (signal?.aborted) this.abort();
    else signal?.addEventListener("abort", this.abort, { once: true });
  }

  private stop(error: OutgoingError): void {
    this.error ??= error;
    for (const tell of this.waiting) tell(this.error);
    this.waiting.clear();
  }

  /** Calls back once when the time is over or the caller gave up. Returns how to stop listening. */
  onEnd(tell: (error: OutgoingError) => void): () => void {
    if (this.error) queueMicrotask(() => tell(this.error as OutgoingError));
    else this.waiting.add(tell);
    return () => this.waiting.delete(tell);
  }

  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const release = this.onEnd(reject);
      work.then(resolve, reject).finally(release);
    });
  }

  end(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener("abort", this.abort);
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "unknown";
}

let shared: Outgoing | undefined;

/** The client of this process, with the exceptions of its environment. */
export function outgoing(): Outgoing {
  return (shared ??= new Outgoing({ allow: env().OUTGOING_ALLOW }));
}
