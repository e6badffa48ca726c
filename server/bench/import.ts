import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, statSync } from "node:fs";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { createContext } from "@/domain/kernel/context";
import { seededRandom } from "@/domain/kernel/random";
import { createSource } from "@/domain/sources";
import { memoryOf } from "./children";
import type { Bench } from "./report";

const GB = 1_000_000_000;

/** A file of purchases as a shop exports them: about 130 bytes a row, two rows in three of a returning customer. */
async function writeCsv(path: string, bytes: number, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const out = createWriteStream(path);
  out.write("order_id,email,customer_id,first_name,last_name,country,product,quantity,total,currency,purchased_at\r\n");
  let written = 0;
  let rows = 0;
  let chunk = "";
  while (written < bytes) {
    const person = Math.floor(random.next() * Math.max(1, rows / 3));
    const at = new Date(Date.UTC(2025, 0, 1) + Math.floor(random.next() * 300 * 86_400_000)).toISOString();
    const line = `O-${rows},person.${person}@example.com,C${person},Person,"Number ${person}, junior",GB,"Ember House Blend ""250 g""",${random.int(1, 4)},${(random.int(500, 9000) / 100).toFixed(2)},GBP,${at}\r\n`;
    chunk += line;
    written += line.length;
    rows++;
    if (chunk.length > 1 << 20) {
      if (!out.write(chunk)) await once(out, "drain");
      chunk = "";
    }
  }
  out.end(chunk);
  await once(out, "finish");
  return rows;
}

/** A signed-in browser, as far as an upload needs one. */
class Browser {
  private readonly cookies = new Map<string, string>();
  constructor(private readonly origin: string) {}

  async call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, origin: this.origin, cookie: this.cookie() };
    const res = await fetch(`${this.origin}${path}`, { ...init, headers, redirect: "manual" });
    for (const line of res.headers.getSetCookie()) {
      const [pair = ""] = line.split(";", 1);
      this.cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    return res;
  }

  cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async signIn(email: string, password: string): Promise<void> {
    const { csrfToken } = (await (await this.call("/api/auth/csrf")).json()) as { csrfToken: string };
    const res = await this.call("/api/auth/callback/credentials", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ csrfToken, email, password, json: "true", callbackUrl: this.origin }).toString(),
    });
    const session = (await (await this.call("/api/auth/session")).json()) as { user?: unknown };
    if (!session.user) throw new Error(`sign-in was answered with ${res.status}: ${await res.text()}`);
  }

  /** Streams a file as the body of a POST; returns the answer's status and text. */
  upload(path: string, file: string): Promise<{ status: number; text: string }> {
    return new Promise((done, fail) => {
      const req = request(
        `${this.origin}${path}`,
        {
          method: "POST",
          headers: {
            origin: this.origin,
            cookie: this.cookie(),
            "content-type": "application/octet-stream",
            "content-length": statSync(file).size,
          },
        },
        (res) => {
          let text = "";
          res.on("data", (part: Buffer) => (text += part.toString()));
          res.once("end", () => done({ status: res.statusCode ?? 0, text }));
        },
      );
      req.once("error", fail);
      createReadStream(file).pipe(req);
    });
  }
}

/** Starts the whole product on the bench's database, as `npm start` does, on a free port. */
async function startProduct(
  root: string,
  variables: Record<string, string>,
): Promise<{ pid: number; origin: string; stop(): Promise<void> }> {
  // oxlint-disable-next-line no-process-env
  const inherited = process.env;
  const child = spawn(process.execPath, [join(root, "server", "start.mjs")], {
    cwd: root,
    env: { ...inherited, ...variables, HOST: "127.0.0.1", PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const origin = await new Promise<string>((ready, failed) => {
    let text = "";
    child.stdout.on("data", (part: Buffer) => {
      text += part.toString();
      const found = /running at (http:\/\/\S+)/.exec(text)?.[1];
      if (found) ready(found);
    });
    child.once("exit", (code) => failed(new Error(`npm start ended with ${code}: ${text}`)));
  });
  return {
    pid: child.pid ?? 0,
    origin,
    stop: async () => {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/**
 * Memory of server and worker together while a CSV file is uploaded through the server and imported and processed by the
 * worker: 1 GB at size full.
 */
export const bench: Bench = async (report, options) => {
  const database = await options.freshDatabase();
  const root = process.cwd();
  const file = join(options.folder, "purchases.csv");
  const wanted = options.size === "full" ? GB : GB / 10;
  options.say(`writing ${wanted / 1e6} MB of CSV`);
  const rows = await writeCsv(file, wanted, options.seed);

  const account = { email: "bench@example.com", password: randomBytes(12).toString("hex") };
  options.say("starting the product (builds when stale)");
  const product = await startProduct(root, {
    DATABASE_URL: database.url,
    ADMIN_EMAIL: account.email,
    ADMIN_PASSWORD: account.password,
    APP_ORIGIN: "",
  });
  let peak = 0;
  const sampler = setInterval(() => {
    const family = memoryOf(product.pid).filter((one) => /(web|worker)\.js/.test(one.command));
    peak = Math.max(
      peak,
      family.reduce((sum, one) => sum + one.bytes, 0),
    );
  }, 200);
  try {
    const browser = new Browser(product.origin);
    await browser.signIn(account.email, account.password);
    const [user] = await database.sql<{ id: string; name: string }[]>`select id, name from users where email = ${account.email}`;
    if (!user) throw new Error("no admin");
    const { setMapping, createImport, startImport, getImport } = await import("@/domain/imports");
    const ctx = createContext(
      { kind: "user", id: user.id, name: user.name, email: account.email, role: "admin", seesPersonalData: true, sessionId: "ses_bench" },
      database,
    );
    const source = await createSource(ctx, { name: "Bench CSV", type: "csv" });
    const { id } = await createImport(ctx, { sourceId: source.id, fileName: "purchases.csv" });
    options.say("uploading");
    const start = performance.now();
    const uploaded = await browser.upload(`/api/imports/upload?id=${id}`, file);
    if (uploaded.status !== 200) throw new Error(`the upload was answered with ${uploaded.status}: ${uploaded.text.slice(0, 300)}`);
    const uploadSeconds = (performance.now() - start) / 1000;
    const { detected } = await getImport(ctx, { id });
    if (!detected) throw new Error("the file was not understood");
    options.say("importing and processing");
    await setMapping(ctx, {
      id,
      mapping: {
        ...detected.suggestion,
        columns: detected.suggestion.columns.map(({ column, target, key, type, dateOrder, decimal }) => ({
          column,
          target,
          key,
          type,
          dateOrder,
          decimal,
        })),
      },
    });
    const begun = performance.now();
    await startImport(ctx, { id });
    for (;;) {
      await new Promise((done) => setTimeout(done, 500));
      const { status, error } = await getImport(ctx, { id });
      if (status === "failed" || status === "cancelled") throw new Error(`the import ${status}: ${error ?? ""}`);
      if (status === "done") break;
    }
    const importSeconds = (performance.now() - begun) / 1000;
    for (;;) {
      const [row] = await database.sql<{ waiting: boolean }[]>`
        select exists (select 1 from inbox i, processing_cursors c where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id)) as waiting`;
      if (!row?.waiting) break;
      await new Promise((done) => setTimeout(done, 500));
    }
    report.info({ name: "CSV file", unit: "rows", ours: rows });
    report.info({ name: "CSV upload through the server", unit: "MB/s", ours: wanted / 1e6 / uploadSeconds });
    report.info({ name: "CSV rows imported", unit: "rows/s", ours: rows / importSeconds });
    report.bound({ name: `server + worker, most memory with ${wanted / 1e6} MB`, unit: "MB", ours: peak / 1e6, atMost: 1_500 });
  } finally {
    clearInterval(sampler);
    await product.stop();
  }
};
