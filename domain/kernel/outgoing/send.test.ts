import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createServer as createSocketServer, type AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { OutgoingError } from "./errors";
import { Outgoing, type OutgoingRequest } from "./send";
import { testCertificate } from "./test-certificate";

const servers: { close(): unknown; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function listen(server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): unknown;
  close(): unknown;
}): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}
const serve = (answer: RequestListener): Promise<number> => listen(createServer(answer) satisfies Server);
const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = "";
  for await (const piece of request) text += String(piece);
  return text;
};
const failure = async (sent: Promise<unknown>): Promise<OutgoingError> => {
  const error: unknown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OutgoingError);
  return error as OutgoingError;
};

test("a request arrives as it was meant, and the answer comes back whole", async () => {
  const port = await serve(async (request, response) => {
    const got = { url: request.url, method: request.method, headers: request.headers, body: await bodyOf(request) };
    response.setHeader("x-two", ["a", "b"]);
    response.writeHead(201).end(JSON.stringify(got));
  });
  const client = new Outgoing({ allow: `127.0.0.1:${port}` });
  const answer = await client.send({
    url: `http://127.0.0.1:${port}/a%20b?c=ä#part`,
    body: "Grüße",
    headers: { "Content-Type": "text/plain", Host: "other", "Transfer-Encoding": "chunked", "X-One": "1" },
  });
  expect(answer).toMatchObject({ status: 201, cut: false, headers: { "x-two": "a, b" } });
  expect(JSON.parse(answer.body.toString())).toMatchObject({
    url: "/a%20b?c=%C3%A4",
    method: "POST",
    body: "Grüße",
    headers: {
      "content-type": "text/plain",
      host: `127.0.0.1:${port}`,
      "x-one": "1",
      "content-length": "7",
      "accept-encoding": "identity",
    },
  });
});

test("addresses of the own network are refused before anything is sent, however they are written", async () => {
  let hits = 0;
  const port = await serve((_request, response) => {
    hits += 1;
    response.end();
  });
  const client = new Outgoing({ allow: "" });
  const urls = [
    "http://127.0.0.1/",
    "http://0x7f.1/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://１２７.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "http://10.0.0.1/",
    "http://192.168.1.1:8443/",
    "http://[fd00:ec2::254]/",
    "http://router/",
  ];
  for (const url of urls) {
    expect({ url, code: (await failure(client.send({ url }))).code }).toEqual({ url, code: "refused" });
    expect(() => client.check(url)).toThrow(OutgoingError);
  }
  for (const url of [
    "ftp://example.com/",
    "file:///etc/passwd",
    "http://user@example.com/",
    "http://example.com:22/",
    "http://1.1.1.1:25/",
    "//x",
    "",
  ])
    expect({ url, code: (await failure(client.send({ url }))).code }).toEqual({ url, code: "url" });
  expect((await failure(client.send({ url: `http://127.0.0.1:${port}/` }))).code).toBe("refused");
  expect(client.check("https://example.com:8443/hook?x=1").href).toBe("https://example.com:8443/hook?x=1");
  expect(hits).toBe(0);
});

test("a name is asked for once; the connection goes to the address that was checked", async () => {
  let hits = 0;
  const port = await serve((request, response) => {
    hits += 1;
    response.end(request.headers.host);
  });
  let asked = 0;
  // The second answer of the DNS would lead elsewhere.
  const rebinding = async (): Promise<string[]> => (asked++ === 0 ? ["127.0.0.1"] : ["169.254.169.254"]);
  const client = new Outgoing({ allow: `127.0.0.1:${port}`, resolve: rebinding });
  const answer = await client.send({ url: `http://shop.example.com:${port}/` });
  expect({ asked, hits, host: answer.body.toString() }).toEqual({ asked: 1, hits: 1, host: `shop.example.com:${port}` });
  expect((await failure(client.send({ url: `http://shop.example.com:${port}/` }))).code).toBe("refused");
  expect({ asked, hits }).toEqual({ asked: 2, hits: 1 });
});

test("one private address among public ones refuses all of them", async () => {
  for (const addresses of [["93.184.216.34", "10.0.0.1"], ["127.0.0.1"], ["2606:4700::1", "::1"], ["64:ff9b::7f00:1"]]) {
    const client = new Outgoing({ allow: "", resolve: async () => addresses });
    expect((await failure(client.send({ url: "https://example.com/" }))).code).toBe("refused");
  }
});

test("refused, closed and unknown addresses look the same from outside", async () => {
  const closed = createServer();
  const port = await listen(closed);
  await new Promise((done) => closed.close(done));
  const client = new Outgoing({
    allow: `127.0.0.1:${port}`,
    resolve: async () => {
      throw Object.assign(new Error("x"), { code: "ENOTFOUND" });
    },
  });
  const errors = await Promise.all([
    failure(client.send({ url: `http://127.0.0.1:${port}/` })),
    failure(client.send({ url: "http://nobody.example.com/" })),
    failure(client.send({ url: "http://10.0.0.1/" })),
  ]);
  expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
  expect(errors.map(({ reason, mayRetry }) => [reason, mayRetry])).toEqual([
    ["ECONNREFUSED", true],
    ["ENOTFOUND", true],
    ["not a public address", false],
  ]);
});

test("where an address gives no connection the next one is tried", async () => {
  const port = await serve((_request, response) => response.end("here"));
  const client = new Outgoing({ allow: "127.0.0.0/8", resolve: async () => ["127.0.0.3", "127.0.0.1"] });
  expect((await client.send({ url: `http://twice.example.com:${port}/` })).body.toString()).toBe("here");
});

test("redirects are answers and are not followed", async () => {
  let hits = 0;
  const port = await serve((request, response) => {
    hits += 1;
    response.writeHead(307, { location: `http://127.0.0.1:${(request.socket.address() as AddressInfo).port}/again` }).end();
  });
  const answer = await new Outgoing({ allow: "127.0.0.1" }).send({ url: `http://127.0.0.1:${port}/`, body: "x" });
  expect({ status: answer.status, hits }).toEqual({ status: 307, hits: 1 });
});

test("time is bounded: silence, a slow trickle, and a server that never takes the connection", async () => {
  const silent = await listen(createSocketServer(() => {}));
  const trickle = await serve((_request, response) => {
    const timer = setInterval(() => response.write("."), 5);
    response.on("close", () => clearInterval(timer));
  });
  const client = new Outgoing({ allow: "127.0.0.1" });
  const limits: Partial<OutgoingRequest> = { timeoutMs: 100, maxBytes: 10_000_000 };
  for (const port of [silent, trickle]) {
    const error = await failure(client.send({ url: `http://127.0.0.1:${port}/`, ...limits }));
    expect({ code: error.code, mayRetry: error.mayRetry }).toEqual({ code: "timeout", mayRetry: true });
  }
  // TLS that never begins is no connection either.
  expect((await failure(client.send({ url: `https://127.0.0.1:${silent}/`, connectTimeoutMs: 50 }))).code).toBe("timeout");
  const slowNames = new Outgoing({ allow: "", resolve: () => new Promise(() => {}) });
  expect((await failure(slowNames.send({ url: "https://example.com/", timeoutMs: 50 }))).code).toBe("timeout");
});

test("size is bounded, with an endless answer too", async () => {
  const port = await serve((_request, response) => {
    const more = (): void => {
      while (response.write("x".repeat(65_536)));
    };
    response.on("drain", more);
    more();
  });
  const client = new Outgoing({ allow: "127.0.0.1" });
  expect((await failure(client.send({ url: `http://127.0.0.1:${port}/` }))).code).toBe("too_large");
  const answer = await client.send({ url: `http://127.0.0.1:${port}/`, maxBytes: 100_000, onTooLarge: "cut" });
  expect({ bytes: answer.body.length, cut: answer.cut }).toEqual({ bytes: 100_000, cut: true });
});

test("the caller's signal ends the request; a broken answer is told", async () => {
  const half = await serve((_request, response) => {
    response.writeHead(200, { "content-length": "10" }).write("12345", () => response.destroy());
  });
  const nonsense = await listen(createSocketServer((socket) => socket.end("no http at all\r\n\r\n")));
  const silent = await listen(createSocketServer(() => {}));
  const client = new Outgoing({ allow: "127.0.0.1" });
  for (const port of [half, nonsense]) expect((await failure(client.send({ url: `http://127.0.0.1:${port}/` }))).code).toBe("unreachable");
  const stop = new AbortController();
  const sent = failure(client.send({ url: `http://127.0.0.1:${silent}/`, signal: stop.signal }));
  stop.abort();
  expect((await sent).code).toBe("aborted");
  expect((await failure(client.send({ url: `http://127.0.0.1:${silent}/`, signal: stop.signal }))).code).toBe("aborted");
  expect((await failure(client.send({ url: `http://127.0.0.1:${silent}/`, headers: { "x-a": "1\r\nx-b: 2" } }))).code).toBe("url");
});

test("TLS is asked for by name, and a certificate of another name or of nobody is refused", async () => {
  const { cert, key } = testCertificate("shop.example.com");
  const names: (string | false)[] = [];
  const port = await listen(
    createSecureServer({ cert, key }, (request, response) => {
      names.push((request.socket as unknown as { servername: string | false }).servername);
      response.end("safe");
    }),
  );
  const resolve = async (): Promise<string[]> => ["127.0.0.1"];
  const client = new Outgoing({ allow: "127.0.0.1", resolve, ca: cert });
  expect((await client.send({ url: `https://shop.example.com:${port}/` })).body.toString()).toBe("safe");
  expect(names).toEqual(["shop.example.com"]);
  expect((await failure(client.send({ url: `https://other.example.com:${port}/` }))).reason).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  const strict = new Outgoing({ allow: "127.0.0.1", resolve });
  expect((await failure(strict.send({ url: `https://shop.example.com:${port}/` }))).reason).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
  expect(names).toHaveLength(1);
});

test("an error says whether the request may have been received", async () => {
  const silent = await listen(createSocketServer(() => {}));
  const client = new Outgoing({ allow: "127.0.0.1" });
  const hung = await failure(client.send({ url: `http://127.0.0.1:${silent}/`, body: "x", timeoutMs: 200 }));
  expect({ code: hung.code, reached: hung.reached }).toEqual({ code: "timeout", reached: true });
  const gone = await listen(createSocketServer(() => {}));
  servers.pop()?.close();
  const closed = await failure(client.send({ url: `http://127.0.0.1:${gone}/`, body: "x" }));
  expect({ code: closed.code, reached: closed.reached }).toEqual({ code: "unreachable", reached: false });
});

test("other protocols reach public addresses at their own ports alone, and what the operator names", async () => {
  const resolve = async (host: string): Promise<string[]> => (host === "mixed.example.com" ? ["1.1.1.1", "10.0.0.1"] : ["1.1.1.1"]);
  const client = new Outgoing({ allow: "", resolve });
  expect(await client.reach("smtp.example.com", 587, [25, 587])).toEqual(["1.1.1.1"]);
  expect((await failure(client.reach("smtp.example.com", 80, [25, 587]))).code).toBe("url");
  expect((await failure(client.reach("mixed.example.com", 25, [25]))).code).toBe("refused");
  for (const host of ["localhost", "127.0.0.1", "10.1.2.3", "mail.internal", "::1"])
    expect({ host, code: (await failure(client.reach(host, 25, [25]))).code }).toEqual({ host, code: "refused" });
  expect((await failure(client.reach("a b", 25, [25]))).code).toBe("url");
  const open = new Outgoing({ allow: "127.0.0.1:2525", resolve });
  expect(await open.reach("127.0.0.1", 2525, [25])).toEqual(["127.0.0.1"]);
});
