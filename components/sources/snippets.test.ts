import { expect, test } from "vitest";
import { SOURCE_TYPES } from "@/domain/sources/model";
import { snippetsFor } from "./snippets";

const KEY = "trb_w_abcdefghijklmnopqrstuvwx_000000";

test("every snippet points at this install with this key, and at nobody else's", () => {
  for (const type of SOURCE_TYPES) {
    const snippets = snippetsFor(type, "https://cdp.example.com", KEY);
    expect(new Set(snippets.map((snippet) => snippet.id)).size).toBe(11);
    for (const { id, code } of snippets) {
      expect(code, id).toContain(KEY);
      expect(code, id).toContain("cdp.example.com");
      expect(code, id).not.toMatch(/segment\.(io|com)|rudderstack\.com|rudderlabs\.com/);
    }
  }
});

test("the fitting library comes first, and a key that is no longer known is a placeholder", () => {
  const first = (type: (typeof SOURCE_TYPES)[number]) => snippetsFor(type, "http://127.0.0.1:3000", null)[0];
  expect(first("website")?.id).toBe("snippet");
  expect(first("mobile")?.id).toBe("ios");
  expect(first("mobile")?.code).toContain('"127.0.0.1:3000/v1"');
  expect(first("server")?.id).toBe("node");
  expect(first("pos")?.id).toBe("curl");
  expect(first("pos")?.code).toContain("YOUR_WRITE_KEY");
});

test("the website snippet is a program that queues calls until the library is there", () => {
  const code = snippetsFor("website", "https://cdp.example.com", KEY)[0]?.code ?? "";
  const program = /<script>([\s\S]*)<\/script>/.exec(code)?.[1] ?? "";
  const scripts: { src: string }[] = [];
  const window: { analytics?: unknown[] & { track?: (...args: unknown[]) => unknown } } = {};
  const document = { createElement: () => ({}), head: { appendChild: (script: { src: string }) => scripts.push(script) } };
  // The snippet is a program for other pages: run it as one.
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval
  const run = new Function("window", "document", program);
  run(window, document);
  run(window, document);
  window.analytics?.track?.("Clicked", { a: 1 });
  expect(scripts.map((script) => script.src)).toEqual([`https://cdp.example.com/analytics.js/v1/${KEY}/analytics.min.js`]);
  expect([...(window.analytics ?? [])]).toEqual([["page"], ["track", "Clicked", { a: 1 }]]);
});
