import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Recorded {
  method: string;
  path: string;
  body: Buffer;
  headers: Record<string, string>;
  status: number;
}

/** For tests: stands between an SDK and the listener, keeps what passes, and may answer in the listener's place first. */
export interface RecordingProxy {
  url: string;
  port: number;
  seen: Recorded[];
  /** Answers given before anything is passed on; one per POST. */
  first: { status: number; headers?: Record<string, string> }[];
  close(): void;
}

export async function recordingProxy(target: number): Promise<RecordingProxy> {
  const proxy: RecordingProxy = { url: "", port: 0, seen: [], first: [], close: () => {} };
  const server: Server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const body = Buffer.concat(chunks);
      const record = (status: number): void => {
        const headers = Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)]));
        proxy.seen.push({ method: req.method ?? "", path: req.url ?? "", body, headers, status });
      };
      const planned = req.method === "POST" ? proxy.first.shift() : undefined;
      if (planned) {
        record(planned.status);
        const cors = { "access-control-allow-origin": req.headers.origin ?? "*", "access-control-expose-headers": "Retry-After" };
        res.writeHead(planned.status, { ...cors, ...planned.headers }).end("{}");
        return;
      }
      const onward = request({ host: "127.0.0.1", port: target, method: req.method, path: req.url, headers: req.headers }, (answer) => {
        record(answer.statusCode ?? 0);
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      });
      onward.on("error", () => res.destroy());
      onward.end(body);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  proxy.port = (server.address() as AddressInfo).port;
  proxy.url = `http://127.0.0.1:${proxy.port}`;
  proxy.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return proxy;
}
