import { describe, expect, it } from "vitest";
import { FingerprintTable, digest, fingerprint } from "./fingerprints";
import { RowMapper, type Output, type RawMessage } from "./map-rows";
import type { ImportMapping, RowProblem } from "./model";
import { importMappingSchema } from "./schemas";

const shop = { kind: "transactions", columns: [
  { column: "no", target: "order_id" }, { column: "sku", target: "product_id" }, { column: "qty", target: "quantity" }, { column: "price", target: "unit_price" },
  { column: "at", target: "timestamp" }, { column: "who", target: "user_id" }, { column: "land", target: "trait", key: "address.country" },
] }; // prettier-ignore
const SHOP = ["no", "sku", "qty", "price", "at", "who", "land"];

function run(
  headers: string[],
  mapping: unknown,
  rows: string[][],
): { out: Output[]; messages: RawMessage[]; problems: RowProblem[]; warnings: string[] } {
  const warnings: string[] = [];
  const mapper = new RowMapper({
    headers,
    mapping: importMappingSchema.parse(mapping) as ImportMapping,
    defaultTime: new Date("2026-11-01T00:00:00Z"),
    warn: (code, line) => warnings.push(`${code}@${line}`),
  });
  const out: Output[] = [];
  rows.forEach((cells, i) => mapper.push({ line: i + 2, cells }, out));
  mapper.finish(out);
  return {
    out,
    messages: out.flatMap((output) => (output.kind === "message" ? [output.message] : [])),
    problems: out.flatMap((output) => (output.kind === "rejected" ? [output.problem] : [])),
    warnings,
  };
}

describe("transactions", () => {
  it("groups lines into orders and identifies the customer once", () => {
    const { messages } = run(SHOP, shop, [
      ["1", "A", "2", "1.10", "2026-01-01 10:00", "u1", "DE"],
      ["1", "B", "1", "0.05", "2026-01-01 10:00", "u1", "DE"],
      ["2", "A", "1", "1.10", "2026-01-02 10:00", "u1", "DE"],
      ["3", "A", "1", "1.10", "2026-01-03 10:00", "u1", "FR"],
    ]);
    expect(messages.map((message) => message.event ?? message.type)).toEqual([
      "identify",
      "Order Completed",
      "Order Completed",
      "identify",
      "Order Completed",
    ]);
    expect(messages[0]).toMatchObject({ userId: "u1", traits: { address: { country: "DE" } }, timestamp: "2026-01-01T10:00:00.000Z" });
    expect(messages[1]).toMatchObject({
      userId: "u1",
      properties: {
        order_id: "1",
        total: 2.25,
        revenue: 2.25,
        products: [
          { product_id: "A", price: 1.1, quantity: 2 },
          { product_id: "B", price: 0.05, quantity: 1 },
        ],
      },
    });
  });

  it("makes a refund of an order with only negative quantities: positive total, no revenue", () => {
    const { messages } = run(SHOP, shop, [
      ["C1", "A", "-2", "1.10", "2026-01-01", "u1", ""],
      ["C1", "B", "-1", "3", "2026-01-01", "u1", ""],
    ]);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({
      event: "Order Refunded",
      properties: { total: 5.2, products: [{ quantity: 2 }, { quantity: 1 }] },
    });
    expect(messages[0]?.properties).not.toHaveProperty("revenue");
  });

  it("keeps a mixed order and a negative price as an order with its net total", () => {
    const { messages } = run(SHOP, shop, [
      ["1", "A", "2", "5", "2026-01-01", "u1", ""],
      ["1", "B", "-1", "3", "2026-01-01", "u1", ""],
      ["A9", "B", "1", "-11062.06", "2026-01-01", "", ""],
    ]);
    expect(messages.map((message) => message.properties?.["revenue"])).toEqual([7, -11062.06]);
  });

  it("gives an order without a customer an anonymous id of its own", () => {
    const { messages } = run(SHOP, shop, [
      ["1", "A", "1", "1", "2026-01-01", "", ""],
      ["2", "A", "1", "1", "2026-01-01", "", ""],
    ]);
    const ids = messages.map((message) => message.anonymousId);
    expect(new Set(ids).size).toBe(2);
    expect(ids.every((id) => id?.startsWith("order-"))).toBe(true);
  });

  it("continues a re-seen order in a further part with its own message id", () => {
    const line = (no: string): string[] => [no, "A", "1", "1", "2026-01-01", "u1", ""];
    const { messages } = run(SHOP, shop, [line("1"), line("2"), line("1")]);
    expect(messages.map((message) => message.properties?.["order_id"])).toEqual(["1", "2", "1"]);
    expect(new Set(messages.map((message) => message.messageId)).size).toBe(3);
  });

  it("splits an order that would not fit into one message, and loses no line", () => {
    const { messages } = run(
      SHOP,
      shop,
      Array.from({ length: 2500 }, () => ["1", "A", "1", "0.01", "2026-01-01", "u1", ""]),
    );
    expect(messages.map((message) => (message.properties?.["products"] as unknown[] | undefined)?.length)).toEqual([1000, 1000, 500]);
    expect(messages.reduce((sum, message) => sum + Number(message.properties?.["revenue"]), 0)).toBeCloseTo(25, 9);
  });

  it("rejects an order whole when one line cannot be used, naming the line", () => {
    const { messages, problems } = run(SHOP, shop, [
      ["1", "A", "1", "1", "2026-01-01", "u1", ""],
      ["1", "B", "one", "1", "2026-01-01", "u1", ""],
      ["2", "A", "1", "1", "2026-01-01", "u1", ""],
    ]);
    expect(messages.map((message) => message.properties?.["order_id"])).toEqual(["2"]);
    expect(problems).toEqual([
      { line: 2, code: "invalid_number", field: "qty", message: expect.stringContaining("Line 3 of the same order") },
      { line: 3, code: "invalid_number", field: "qty", message: '"one" is not a number.' },
    ]);
  });
});

describe("people", () => {
  const people = {
    kind: "people",
    columns: [
      { column: "id", target: "user_id" },
      { column: "email", target: "email" },
      { column: "tel", target: "phone" },
      { column: "x", target: "trait", key: "plan" },
    ],
    defaultCountry: "DE",
  };
  const headers = ["id", "email", "tel", "x"];

  it("makes identify messages with ids as text, and an anonymous id from the address where there is no other", () => {
    const { messages } = run(headers, people, [
      ["00123", "A@x.example", "030 901820", ""],
      ["", "a@X.example", "", "pro"],
    ]);
    expect(messages[0]).toMatchObject({
      type: "identify",
      userId: "00123",
      traits: { email: "A@x.example", phone: "+4930901820" },
      timestamp: "2026-11-01T00:00:00.000Z",
    });
    expect(messages[0]?.traits).not.toHaveProperty("plan");
    expect(messages[1]?.anonymousId).toMatch(/^csv-[0-9a-f]{32}$/);
    expect(messages[1]?.userId).toBeUndefined();
  });

  it("leaves a wrong contact point out when something else names the person, and rejects the row when nothing does", () => {
    const { messages, problems, warnings } = run(headers, people, [
      ["u1", "nope", "12", "a"],
      ["", "nope", "", "a"],
      ["", "", "", "a"],
    ]);
    expect(messages.map((message) => message.traits)).toEqual([{ plan: "a" }]);
    expect(warnings).toContain("invalid_email@2");
    expect(warnings).toContain("invalid_phone@2");
    expect(problems.map(({ code, line, field }) => ({ code, line, field }))).toEqual([
      { code: "no_identifier", line: 3, field: "email" },
      { code: "no_identifier", line: 4, field: null },
    ]);
  });

  it("rejects dates that could be read two ways, until the order is stated", () => {
    const dated = { ...people, columns: [...people.columns.slice(0, 3), { column: "x", target: "trait", key: "signup", type: "date" }] };
    const rows = [
      ["u1", "", "", "01/02/2026"],
      ["u2", "", "", "2026-02-01"],
      ["u3", "", "", "44958"],
      ["u4", "", "", "31.12.2025"],
    ];
    const { messages, problems } = run(headers, dated, rows);
    expect(problems.map((problem) => problem.code)).toEqual(["ambiguous_date"]);
    expect(messages.map((message) => message.traits?.["signup"])).toEqual(["2026-02-01", "2023-02-01", "2025-12-31"]);
    const stated = {
      ...dated,
      columns: [...people.columns.slice(0, 3), { column: "x", target: "trait", key: "signup", type: "date", dateOrder: "dmy" }],
    };
    expect(run(headers, stated, rows).messages[0]?.traits?.["signup"]).toBe("2026-02-01");
  });

  it("rejects rows whose cells do not fit the header", () => {
    const { problems, warnings } = run(headers, people, [["u1", "a@x.example", "", "x", "extra"], ["u2"], ["u3", "", "", "", ""]]);
    expect(problems.map((problem) => problem.code)).toEqual(["too_many_cells"]);
    expect(warnings).toEqual(["short_row@3"]);
  });

  it("gives the same message id to the same row in any file, and another to a changed row", () => {
    const ids = (rows: string[][]): string[] => run(headers, people, rows).messages.map((message) => message.messageId);
    expect(ids([["u1", "", "", "a"]])).toEqual(
      ids([
        ["u9", "", "", "z"],
        ["u1", "", "", "a"],
      ]).slice(1),
    );
    expect(ids([["u1", "", "", "a"]])).not.toEqual(ids([["u1", "", "", "b"]]));
  });
});

describe("events", () => {
  const events = {
    kind: "events",
    columns: [
      { column: "who", target: "email" },
      { column: "what", target: "event_name" },
      { column: "when", target: "timestamp" },
      { column: "money", target: "property", key: "revenue", type: "number", decimal: "," },
    ],
    currency: "EUR",
    timeZone: "Europe/Berlin",
  };
  const headers = ["who", "what", "when", "money"];
  it("counts equal rows as different events, with stable ids", () => {
    const row = ["a@x.example", "Visited", "2026-01-01 12:00", ""];
    const first = run(headers, events, [row, row]);
    const tracks = first.messages.filter((message) => message.type === "track");
    expect(new Set(tracks.map((message) => message.messageId)).size).toBe(2);
    expect(run(headers, events, [row, row]).messages).toEqual(first.messages);
    expect(tracks[0]).toMatchObject({
      event: "Visited",
      timestamp: "2026-01-01T11:00:00.000Z",
      context: { traits: { email: "a@x.example" } },
    });
  });
  it("reads amounts and adds the currency only to money", () => {
    const { messages, problems } = run(headers, events, [
      ["a@x.example", "Order Completed", "2026-01-01", "1.234,50"],
      ["a@x.example", "Visited", "2026-01-01", ""],
      ["a@x.example", "", "2026-01-01", ""],
      ["a@x.example", "X", "", ""],
    ]);
    expect(messages.filter((message) => message.type === "track").map((message) => message.properties)).toEqual([
      { revenue: 1234.5, currency: "EUR" },
      {},
    ]);
    expect(problems.map((problem) => problem.code)).toEqual(["missing_event", "missing_time"]);
  });
});

describe("FingerprintTable", () => {
  it("counts like a Map", () => {
    const table = new FingerprintTable();
    const map = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      const key = digest(String((i * 7919) % 5003));
      expect(table.count(fingerprint(key))).toBe(map.get(key) ?? 0);
      map.set(key, (map.get(key) ?? 0) + 1);
    }
    expect(table.size).toBe(5003);
  });
});

describe("consent columns", () => {
  const mapping = { kind: "people", columns: [
    { column: "id", target: "user_id" }, { column: "mail ok", target: "consent", key: "email_marketing" }, { column: "ads ok", target: "consent", key: "advertising" },
  ] }; // prettier-ignore

  it("take a clear yes or no; anything else says nothing", () => {
    const { messages, warnings } = run(["id", "mail ok", "ads ok"], mapping, [
      ["u1", "yes", "no"],
      ["u2", "", "maybe"],
      ["u3", "TRUE", ""],
    ]);
    expect(messages.map(({ context }) => context["consent"])).toEqual([
      { origin: "import", categoryPreferences: { email_marketing: true, advertising: false } },
      undefined,
      { origin: "import", categoryPreferences: { email_marketing: true } },
    ]);
    expect(warnings).toEqual(["not_a_boolean@3"]);
  });
});
