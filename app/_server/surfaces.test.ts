import { expect, test } from "vitest";
import { fromOurPages } from "./origin";
import { ownUrl, safePath } from "./safe-path";

const headers = (values: Record<string, string>) => new Headers(values);

test.each<[string, Record<string, string>, string | undefined, boolean]>([
  ["the browser says same-origin", { "sec-fetch-site": "same-origin" }, undefined, true],
  [
    "the browser says same-origin, no APP_ORIGIN match needed",
    { "sec-fetch-site": "same-origin", origin: "https://x.test" },
    "https://y.test",
    true,
  ],
  ["origin is the host we serve", { origin: "http://127.0.0.1:3000", host: "127.0.0.1:3000" }, undefined, true],
  ["origin is APP_ORIGIN", { origin: "https://cdp.test", host: "10.0.0.2:3000" }, "https://cdp.test", true],
  ["another port", { origin: "http://127.0.0.1:4000", host: "127.0.0.1:3000" }, undefined, false],
  ["foreign", { origin: "https://evil.test", host: "127.0.0.1:3000" }, undefined, false],
  ["foreign, cross-site", { origin: "https://evil.test", host: "127.0.0.1:3000", "sec-fetch-site": "cross-site" }, undefined, false],
  ["same site is not same origin", { origin: "https://blog.test", host: "cdp.test", "sec-fetch-site": "same-site" }, undefined, false],
  ["null", { origin: "null", host: "127.0.0.1:3000" }, undefined, false],
  ["none", { host: "127.0.0.1:3000" }, undefined, false],
  ["with APP_ORIGIN a matching Host is not enough", { origin: "https://evil.test", host: "evil.test" }, "https://cdp.test", false],
  ["garbage", { origin: "::::", host: "127.0.0.1:3000" }, undefined, false],
])("origin: %s", (_name, given, appOrigin, expected) => {
  expect(fromOurPages(headers(given), appOrigin)).toBe(expected);
});

test.each([
  ["/profiles/12?tab=timeline#x", "/profiles/12?tab=timeline#x"],
  ["//evil.test", "/"],
  ["/\\evil.test", "/"],
  ["/\t/evil.test", "/"],
  ["https://evil.test/", "/"],
  ["javascript:alert(1)", "/"],
  ["profiles", "/"],
  ["/sign-in?callbackUrl=/sign-in", "/"],
  ["/api/auth/signout", "/"],
  [undefined, "/"],
  [["/a", "/b"], "/"],
  ["/.//evil.test", "/"],
])("callback %j leads to %s", (given, expected) => {
  expect(safePath(given)).toBe(expected);
});

test.each([
  ["/profiles?tab=x", "https://cdp.test/profiles?tab=x"],
  // As next-auth keeps it on the way by a provider.
  ["https://cdp.test/settings/profile", "https://cdp.test/settings/profile"],
  ["https://cdp.test", "https://cdp.test"],
  ["https://cdp.test.evil.test/", "https://cdp.test"],
  ["https://cdp.test@evil.test/", "https://cdp.test"],
  ["https://cdp.test//evil.test", "https://cdp.test"],
  ["https://cdp.test/\\evil.test", "https://cdp.test"],
  ["https://evil.test/", "https://cdp.test"],
  ["//evil.test", "https://cdp.test"],
  ["/\\evil.test", "https://cdp.test"],
  ["javascript:alert(1)", "https://cdp.test"],
])("after signing in %s leads to %s", (given, expected) => {
  expect(ownUrl(given, "https://cdp.test")).toBe(expected);
});
