// Sends prepared HTTP requests over a few keep-alive connections, in a thread of its own so that it does not take time
// from the server's event loop. Bare sockets: a full HTTP client would be slower than what it measures.
import { connect } from "node:net";
import { parentPort } from "node:worker_threads";

/** @param {{port: number, path: string, authorization: string, bodies: string[], connections: number}} job */
async function run({ port, path, authorization, bodies, connections }) {
  const head = `POST ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\n`;
  const requests = bodies.map((body) => {
    const bytes = Buffer.from(body);
    return Buffer.concat([Buffer.from(`${head}content-length: ${bytes.length}\r\n\r\n`), bytes]);
  });
  const statuses = {};
  const samples = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise((done, fail) => {
          const socket = connect(port, "127.0.0.1");
          socket.setNoDelay(true);
          let sentAt = 0;
          let received = Buffer.alloc(0);
          const send = () => {
            if (next >= requests.length) return void socket.end();
            sentAt = performance.now();
            socket.write(requests[next++]);
          };
          socket.on("connect", send).on("error", fail).on("close", done);
          socket.on("data", (chunk) => {
            received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
            const end = received.indexOf("\r\n\r\n");
            if (end < 0) return;
            const text = received.toString("latin1", 0, end);
            const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
            if (received.length < end + 4 + length) return;
            const status = text.slice(9, 12);
            statuses[status] = (statuses[status] ?? 0) + 1;
            samples.push(performance.now() - sentAt);
            received = Buffer.alloc(0);
            send();
          });
        }),
    ),
  );
  return { ms: performance.now() - start, statuses, samples };
}

parentPort.on("message", async (job) => {
  try {
    parentPort.postMessage(await run(job));
  } catch (error) {
    parentPort.postMessage({ error: String(error) });
  }
});
