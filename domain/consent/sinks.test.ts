import { join } from "node:path";
import { expect, test } from "vitest";
import { sources } from "@/server/test/guards";

const ROOT = join(import.meta.dirname, "..", "..");

/** What a way out looks like: files of people, downloads, requests to others, rows that wait to be sent. */
const SINKS: readonly RegExp[] = [
  /\bcsvLine\(/,
  /content-disposition/i,
  /from "@\/domain\/kernel\/outgoing/,
  /insert into (?:outbox|deliveries|sync_items)\b/i,
  /\bapiTraits\(/,
  /\bSENDERS\[/,
];
const GATE = /\b(?:mayUse|mayUseMany|allowedSet)\(/;

/** Ways out that need not ask, each with the reason. */
const WITHOUT: Record<string, string> = {
  "domain/channels/accounts.ts": "checks addresses when they are saved; sends nothing",
  "domain/channels/check-sender.ts": "asks the DNS for records of the sender, no people",
  "domain/channels/contract.ts": "the shape of a send; domain/messages asks right before it hands over",
  "domain/channels/other-services.ts": "hands over what domain/messages has asked for",
  "domain/channels/ses.ts": "hands over what domain/messages has asked for",
  "domain/channels/smtp.ts": "hands over what domain/messages has asked for",
  "domain/channels/test-send.ts": "a fixed text to an address that the member typed, no people",
  "domain/messages/callbacks.ts": "takes reports in, and confirms a subscription to them; hands nothing over",
  "domain/messages/inbox.ts": "checks the address of a browser's push service; the worker sends",
  "domain/messages/send-messages.ts": "asks for each message by may-send.ts, after rendering and right before handing over",
  "app/_server/csv-download.ts": "streams lines that another file makes, which asks",
  "app/api/segments/[id]/definition/route.ts": "a rule, no people",
  "app/api/settings/exchange-rates/route.ts": "rates of currencies, no people",
  "domain/audit/read-audit.ts": "what members did; people appear by profile id",
  "app/api/privacy/[token]/route.ts": "gives a person their own data, as the law asks",
  "app/api/imports/[id]/errors/route.ts": "gives the importer back the rows of their own file that were refused",
  "domain/segments/draft-by-model.ts": "sends a sentence without addresses and names of events, no people",
  "domain/segments/draft-segment.ts": "hands the client to draft-by-model.ts",
  "domain/imports/error-file.ts": "rows of the importer's own file",
  "server/profile-api/handler.ts": "passes on what domain/profiles answers, which asks",
};

function leaks(files: { file: string; text: string }[], without: Record<string, string>): string[] {
  return files
    .filter(({ file, text }) => SINKS.some((sink) => sink.test(text)) && !GATE.test(text) && without[file] === undefined)
    .map(({ file }) => file);
}

const files = ["domain", "app", "server"]
  .flatMap((folder) => sources(ROOT, folder, /\.tsx?$/))
  .filter(({ file }) => !/server\/(?:test|bench)\//.test(file));

test("every way out asks the consent gate, or says why it need not", () => {
  expect(leaks(files, WITHOUT)).toEqual([]);
});

test("no reason stands for a file that needs none", () => {
  const needed = Object.keys(WITHOUT).filter((name) => leaks(files, { ...WITHOUT, [name]: undefined as never }).includes(name));
  expect(needed.toSorted()).toEqual(Object.keys(WITHOUT).toSorted());
});

test("the walk finds a way out that does not ask", () => {
  const planted = [
    { file: "domain/x/export.ts", text: "yield csvLine(row)" },
    { file: "domain/x/send.ts", text: "await tx`insert into outbox (id) values (1)`" },
    { file: "domain/x/good.ts", text: "const ok = await mayUseMany(ctx, ask); yield csvLine(row)" },
  ];
  expect(leaks(planted, {})).toEqual(["domain/x/export.ts", "domain/x/send.ts"]);
});
