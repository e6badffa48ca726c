import { createServer, type Server } from "node:http";
import type { Sql } from "@/db/client";

/** The bare minimum of a durable collector: reads the body, inserts it with others in one commit, answers. */
export function echoServer(sql: Sql): Server {
  let waiting: { body: string; done(): void }[] = [];
  let running = 0;
  let planned = false;
  const flush = (): void => {
    planned = false;
    if (waiting.length === 0 || running >= 4) return;
    const taken = waiting;
    waiting = [];
    running += 1;
    void sql`insert into echo_rows select string_to_table(${taken.map((one) => one.body).join("\n")}::text, E'\n')`.then(() => {
      running -= 1;
      for (const one of taken) one.done();
      plan();
    });
  };
  const plan = (): void => {
    if (planned) return;
    planned = true;
    setImmediate(flush);
  };
  return createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      waiting.push({
        body,
        done: () => {
          res.writeHead(200, { "content-type": "application/json", "content-length": 16 });
          res.end('{"success":true}');
        },
      });
      plan();
    });
  });
}
