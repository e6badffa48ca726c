import { Agent, request } from "node:http";

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends a body to a collection path and gives the status. */
export function post(port: number, path: string, key: string, body: string): Promise<number> {
  return new Promise((done, fail) => {
    const req = request(
      { port, host: "127.0.0.1", path, method: "POST", agent, headers: { "x-write-key": key, "content-type": "application/json" } },
      (res) => {
        res.resume();
        res.once("end", () => done(res.statusCode ?? 0));
      },
    );
    req.once("error", fail);
    req.end(body);
  });
}
