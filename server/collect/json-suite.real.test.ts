import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "@/server/test/database";
import { basic, makeSource, startListener, type TestListener, type TestSource } from "./test-listener";

/** The JSON parsing suite lies beside the project (docs/testing.md); without it this file is skipped. */
const folder = join(import.meta.dirname, "../../../shared/data/hostile");
const present = [folder, join(import.meta.dirname, "../../../../shared/data/hostile")].find((path) =>
  existsSync(join(path, "json/test_parsing")),
);

describe.skipIf(present === undefined)("JSON parsing suite and naughty strings (needs ../shared/data/hostile)", () => {
  const database = testDatabase();
  let listener: TestListener;
  let source: TestSource;
  beforeAll(async () => {
    listener = await startListener(database);
    source = await makeSource(database);
  });
  afterAll(() => listener.close());

  const send = async (bytes: Uint8Array): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${listener.url}/v1/batch`, {
      method: "POST",
      headers: { authorization: basic(source.key) },
      body: bytes as BodyInit,
    });
    return { status: response.status, text: await response.text() };
  };
  const wrap = (bytes: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from('{"batch":[{"type":"track","event":"E","userId":"u","properties":{"x":'), bytes, Buffer.from("}}]}")]);

  test("every body has its outcome, never a server error", async () => {
    const files = readdirSync(join(present ?? "", "json/test_parsing"));
    expect(files.length).toBeGreaterThan(300);
    for (const file of files) {
      const bytes = readFileSync(join(present ?? "", "json/test_parsing", file));
      const bare = await send(bytes);
      expect([200, 400], file).toContain(bare.status);
      if (file.startsWith("n_")) expect(bare.text, file).toMatch(/invalid_json|invalid_envelope/);
      if (file.startsWith("y_")) expect((await send(wrap(bytes))).status, file).toBe(200);
      if (file.startsWith("i_")) expect((await send(wrap(bytes))).status, file).toBe((await send(wrap(bytes))).status);
    }
  });

  test("naughty strings are stored as they are", async () => {
    const strings = JSON.parse(readFileSync(join(present ?? "", "strings/blns.json"), "utf8")) as string[];
    const batch = strings.map((text, i) => ({ type: "identify", userId: "u", messageId: `blns-${i}`, traits: { text } }));
    expect((await send(Buffer.from(JSON.stringify({ batch })))).status).toBe(200);
    const rows = await database.sql<{ text: string; id: string }[]>`
      select body::jsonb->'traits'->>'text' as text, body::jsonb->>'messageId' as id from inbox where body like '%"blns-%'`;
    const found = new Map(rows.map((row) => [row.id, row.text]));
    for (const [i, text] of strings.entries()) expect(found.get(`blns-${i}`)).toBe(text);
  });
});
