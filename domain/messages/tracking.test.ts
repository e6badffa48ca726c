import fc from "fast-check";
import { expect, test } from "vitest";
import { isMachine, readTracked, track, writeTracked } from "./tracking";

const ORIGIN = "https://cdp.example.com";

test("a signed id reads back, and nothing else does", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      fc.integer({ min: 1, max: 2 ** 50 }),
      fc.option(fc.nat(999)),
      (profileId, messageId, link) => {
        const token = writeTracked({ profileId, messageId, link });
        expect(readTracked(token)).toEqual({ profileId, messageId, link });
        const other = `${(profileId + 1).toString(36)}${token.slice(token.indexOf("-"))}`;
        expect(readTracked(other)).toBeUndefined();
        expect(readTracked(`${token}x`)).toBeUndefined();
      },
    ),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(readTracked(text)).toBeUndefined();
    }),
  );
});

test("links are wrapped once each, in the order of the mail; ours and other schemes stay", () => {
  const html = [
    "<html><body>",
    '<a class="b" href="https://shop.example.com/?a=1&amp;b=2">one</a>',
    '<A HREF="https://shop.example.com/?a=1&amp;b=2">again</A>',
    '<a href="mailto:x@example.com">mail</a>',
    `<a href="${ORIGIN}/preferences/abc">out</a>`,
    '<a href="http://two.example.com/">two</a>',
    "</body></html>",
  ].join("");
  const out = track(html, { profileId: 7, messageId: 9 }, ORIGIN);
  expect(out.links).toEqual(["https://shop.example.com/?a=1&b=2", "http://two.example.com/"]);
  const tokens = [...out.html.matchAll(/\/t\/c\/([^"]+)"/g)].map(([, token]) => readTracked(token ?? "")?.link);
  expect(tokens).toEqual([0, 0, 1]);
  expect(out.html).toContain("mailto:x@example.com");
  expect(out.html).toContain(`${ORIGIN}/preferences/abc`);
  expect(out.html).not.toContain("shop.example.com");
  expect(out.html.indexOf("/t/o/")).toBeLessThan(out.html.indexOf("</body>"));
  expect(track("no body", { profileId: 7, messageId: 9 }, ORIGIN).html).toMatch(/^no body<img /);
});

test("programs are told from people", () => {
  const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
  const seen = (userAgent: string | null, more: { method?: string; sinceSentMs?: number } = {}) => ({
    userAgent,
    method: "GET",
    sinceSentMs: 60_000,
    ...more,
  });
  const google = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
  expect([isMachine("opened", seen(chrome)), isMachine("clicked", seen(chrome)), isMachine("opened", seen(google))]).toEqual([
    false,
    false,
    false,
  ]);
  expect([
    isMachine("opened", seen("Mozilla/5.0")),
    isMachine("opened", seen(null)),
    isMachine("clicked", seen(chrome, { sinceSentMs: 300 })),
    isMachine("clicked", seen(chrome, { method: "HEAD" })),
    isMachine("clicked", seen("BarracudaCentral/1.0")),
    isMachine("clicked", seen("python-requests/2.32")),
  ]).toEqual([true, true, true, true, true, true]);
});
