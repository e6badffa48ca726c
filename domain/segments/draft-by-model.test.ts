import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Outgoing } from "@/domain/kernel/outgoing";
import { plain, describe as words } from "./describe";
import { draftByModel } from "./draft-by-model";
import type { Draft, DraftSchema } from "./draft-model";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const schema: DraftSchema = {
  now: Date.parse("2026-11-23T12:00:00Z"),
  zone: "Europe/Berlin",
  events: ["Order Completed", "Email Opened", "bought by ada@example.com"],
  traits: [["plan"], ["address", "country"], ["note of jane@example.com"]],
  countries: ["DE"],
  cities: ["Berlin"],
  segments: [{ id: "seg_1", name: "VIP" }],
};

/** A server that answers as told, and what it was asked. */
async function model(answer: RequestListener): Promise<{ url: string; client: Outgoing }> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1/`, client: new Outgoing({ allow: `127.0.0.1:${port}` }) };
}
const says = (content: unknown): string =>
  JSON.stringify({
    choices: [{ message: { role: "assistant", content: typeof content === "string" ? content : JSON.stringify(content) } }],
  });
async function draft(answer: string | RequestListener, sentence = "people in Germany who bought twice", key?: string): Promise<Draft> {
  const { url, client } = await model(typeof answer === "string" ? (_request, response) => response.end(answer) : answer);
  return draftByModel(sentence, schema, { url, model: "test-1", apiKey: key }, client);
}
const refusal = (made: Promise<unknown>): Promise<string> =>
  made.then(
    () => "",
    (error: { code?: string; message: string }) => {
      expect(error.code).toBe("PRECONDITION_FAILED");
      return error.message;
    },
  );

const bought = (event: string, id = "x") => ({
  kind: "event",
  id,
  event,
  where: [],
  window: { kind: "last", duration: { n: 30, unit: "day" } },
  measure: { of: "count" },
  compare: { operator: "at_least", n: 2 },
});
const germany = {
  kind: "location",
  id: "x",
  field: "country",
  test: { type: "text_list", operator: "in", values: ["DE"], ignoreCase: true },
};
const rule = (...children: object[]) => ({ version: 1, root: { kind: "group", id: "x", match: "all", children } });

test("a good answer becomes a draft to look at, in the spelling of the data, with ids of its own", async () => {
  let asked: { headers: Record<string, unknown>; body: Record<string, unknown>; url: string } | undefined;
  const made = await draft(
    async (request, response) => {
      let text = "";
      for await (const piece of request) text += String(piece);
      asked = { headers: request.headers, body: JSON.parse(text) as Record<string, unknown>, url: request.url ?? "" };
      response.end(says(`\`\`\`json\n${JSON.stringify(rule(germany, bought("order completed")))}\n\`\`\``));
    },
    "people in Germany who bought twice, but not joe@example.com or +49 30 12345678",
    "sk-test",
  );
  expect(plain(words(made.rule))).toBe(
    "People who are in a place whose country is one of DE (in any case) and did Order Completed at least 2 times in the last 30 days",
  );
  expect(made).toMatchObject({ by: "model", notUnderstood: [] });
  expect(new Set(made.rule.root.children.map(({ id }) => id)).size).toBe(2);
  expect(asked).toMatchObject({ url: "/v1/chat/completions", headers: { authorization: "Bearer sk-test" } });
  expect(asked?.body).toMatchObject({ model: "test-1", response_format: { type: "json_schema" } });
  // Nobody's data goes out: neither from the sentence nor from names that hold an address.
  const sent = JSON.stringify(asked?.body);
  expect(sent).toContain("Order Completed");
  expect(sent).not.toMatch(/@example\.com|12345678/);
  expect(made.notes.join(" ")).toContain("were not sent");
});

test("names that were never seen, and rows that only people may write, are left out and told", async () => {
  const trait = (path: string[]) => ({ kind: "trait", id: "x", path, test: { type: "presence", operator: "exists" } });
  const made = await draft(
    says(
      rule(
        bought("Email Opened"),
        bought("Order Deleted"),
        trait(["Plan"]),
        trait(["password"]),
        { kind: "segment", id: "x", segmentId: "vip" },
        { kind: "segment", id: "x", segmentId: "seg_other" },
        { kind: "sql", id: "x", sql: "select profile_id from people" },
        { kind: "list", id: "x", listId: "lst_1" },
        { ...bought("Order Completed"), window: { kind: "since_entered" } },
        {
          kind: "sequence",
          id: "x",
          steps: [
            { event: "Order Completed", where: [] },
            { event: "Nothing", where: [] },
          ],
          window: { kind: "ever" },
        },
        { kind: "group", id: "x", match: "any", children: [bought("Gone")] },
      ),
    ),
  );
  expect(made.rule.root.children.map((node) => (node.kind === "group" ? "group" : node.kind))).toEqual(["event", "trait", "segment"]);
  expect(made.rule.root.children[1]).toMatchObject({ path: ["plan"] });
  expect(made.rule.root.children[2]).toMatchObject({ segmentId: "seg_1" });
  expect(made.notUnderstood).toEqual([
    "event “Order Deleted”",
    "trait “password”",
    "segment “seg_other”",
    "a row of the kind “sql”",
    "a row of the kind “list”",
    "a row of the kind “event”",
    "event “Nothing”",
    "event “Gone”",
  ]);
  expect(await refusal(draft(says(rule(bought("Nothing at all")))))).toContain("no row with names that were seen");
});

test("answers that are none are refused in words, whatever they are", async () => {
  const deep = `${'{"kind":"group","id":"g","match":"all","children":['.repeat(5_000)}${JSON.stringify(germany)}${"]}".repeat(5_000)}`;
  const cases: [string | RequestListener, string][] = [
    ["", "gave no draft"],
    ["<html>", "gave no draft"],
    ["{}", "gave no draft"],
    ['{"choices":[]}', "gave no draft"],
    [says(""), "gave no draft"],
    [JSON.stringify({ choices: [{ message: { content: null } }] }), "gave no draft"],
    [says("Sure! Here is your segment."), "no rule"],
    [says("null"), "no rule"],
    [says("[]"), "no rule"],
    [says({ version: 1, root: { kind: "event" } }), "no rule"],
    [says(rule({ ...bought("Email Opened"), compare: { operator: "at_least", n: "many" } })), "no rule"],
    [says(rule({ ...bought("Email Opened"), __proto__: null, drop: "table" })), "no rule"],
    [says(`{"version":1,"root":${deep}}`), "no rule"],
    [says(rule(...Array.from({ length: 300 }, () => bought("Email Opened")))), "no rule"],
    [(_request, response) => response.writeHead(500).end("oops"), "status 500"],
    [(_request, response) => response.writeHead(401).end(), "LLM_API_KEY"],
    [(_request, response) => response.writeHead(429).end(), "no more requests"],
    [(_request, response) => response.writeHead(302, { location: "http://169.254.169.254/" }).end(), "status 302"],
    [(_request, response) => response.end("x".repeat(600_000)), "too much"],
    [(_request, response) => void response.destroy(), "could not be reached"],
  ];
  for (const [answer, wanted] of cases) expect(await refusal(draft(answer))).toContain(wanted);
  const { client } = await model(() => {});
  const elsewhere = draftByModel("x", schema, { url: "http://10.0.0.1/v1", model: "m" }, client);
  expect(await refusal(elsewhere)).toContain("could not be reached");
});

test("an answer that is only the root, or that repeats ids, is read", async () => {
  const made = await draft(
    says(rule(germany, { kind: "group", id: "x", match: "any", children: [bought("Email Opened"), bought("Order Completed")] }).root),
  );
  expect(made.rule.root.id).toBe("root");
  expect(made.understood).toHaveLength(3);
});
