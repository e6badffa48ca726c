import { join } from "node:path";
import { expect, test } from "vitest";
import { sources } from "./guards";

const ROOT = join(import.meta.dirname, "..", "..");

/** Files beside the one client that may open connections or listen, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "server/web.ts": "listens",
  "server/start.mjs": "asks whether a port is free",
  "server/postgres.mjs": "waits for the database's own socket",
};

const MODULE = /(?:^|\n)\s*import\s+(?!type\b)[^;]*?from\s*["']([^"']+)["']|\b(?:import|require)\s*\(\s*["']([^"']+)["']/g;
const NETWORK = /^(?:node:)?(?:https?|http2|net|tls|dgram|dns|dns\/promises)$|^(?:undici|axios|got|node-fetch|ky|ws|superagent)(?:\/|$)/;
const GLOBALS =
  /(?<![.\w])(?:fetch\s*\(|XMLHttpRequest\b|WebSocket\b|EventSource\b)|\bglobalThis\s*(?:\.|\[\s*["'])fetch\b|\.sendBeacon\s*\(/;

/** What in a file opens a connection past the one client. */
function waysOut(text: string): string[] {
  const out: string[] = [];
  for (const [statement, from, dynamic] of text.matchAll(MODULE)) {
    const name = from ?? dynamic ?? "";
    // `import { type A } from` brings no code either.
    const onlyTypes =
      /\{([^}]*)\}/
        .exec(statement)?.[1]
        ?.split(",")
        .every((part) => /^\s*(?:type\s|$)/.test(part)) ?? false;
    if (NETWORK.test(name) && !onlyTypes) out.push(`imports ${name}`);
  }
  // A method or function of a file's own may be called fetch.
  const own = /\b(?:const|function|async)\s+fetch\b(?!\s*=\s*globalThis)/.test(text);
  const found = GLOBALS.exec(text);
  if (found && !(own && found[0].startsWith("fetch"))) out.push(`uses ${found[0]}`);
  return out;
}

test("only the one client goes out: nothing else in domain, server, app and db opens a connection", () => {
  const files = ["domain", "server", "app", "db"].flatMap((folder) => sources(ROOT, folder, /\.(?:tsx?|mjs|mts)$/));
  const product = files.filter(({ file }) => !/^domain\/kernel\/outgoing\/|^server\/(?:test|bench|chaos)\/|\/test-[\w-]+\.ts$/.test(file));
  expect(product.length).toBeGreaterThan(200);
  const found = product.flatMap(({ file, text }) => waysOut(text).map((what) => ({ file, what })));
  expect(found.filter(({ file }) => !(file in EXCEPTIONS)).map(({ file, what }) => `${file}: ${what}`)).toEqual([]);
  expect(Object.keys(EXCEPTIONS).filter((file) => !found.some((one) => one.file === file))).toEqual([]);
});

test("the browser asks this install alone", () => {
  const calls = sources(ROOT, "components", /\.tsx?$/).flatMap(({ file, text }) =>
    [...text.matchAll(/(?<![.\w])fetch\(\s*([^\s,)]+)/g)].map(([, first]) => ({ file, first: first ?? "" })),
  );
  expect(calls.length).toBeGreaterThan(3);
  expect(calls.filter(({ first }) => /^["'`](?!\/(?!\/))/.test(first)).map(({ file, first }) => `${file}: ${first}`)).toEqual([]);
});

test("the walker finds what it is for", () => {
  for (const text of [
    'import { request } from "node:https";',
    'import http from "http";',
    'import { lookup } from "node:dns/promises";',
    'import { Agent } from "undici";',
    'const { request } = await import("node:http");',
    'const net = require("net");',
    'const a = await fetch("https://example.com");',
    "const a = globalThis.fetch;",
    "const fetch = globalThis.fetch;\nfetch(url);",
    "new WebSocket(url)",
  ])
    expect({ text, ways: waysOut(text).length }).not.toEqual({ text, ways: 0 });
  for (const text of [
    'import type { IncomingMessage } from "node:http";',
    'import { type IncomingMessage } from "node:http";',
    "await this.fetch(1);",
    "const fetch = async () => 1;\nawait fetch();",
    "void query.refetch()",
  ])
    expect({ text, ways: waysOut(text) }).toEqual({ text, ways: [] });
});
