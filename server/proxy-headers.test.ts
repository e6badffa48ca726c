import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { clientAddress, sanitiseHeaders } from "./proxy-headers";

test("without a proxy, only the socket's address counts", () => {
  expect(clientAddress("203.0.113.9", "1.1.1.1", 0)).toBe("203.0.113.9");
  expect(clientAddress("::ffff:203.0.113.9", undefined, 0)).toBe("203.0.113.9");
});

test("with N proxies, the N-th address from the right is the client; what a client wrote before is not believed", () => {
  expect(clientAddress("10.0.0.1", "6.6.6.6, 198.51.100.7", 1)).toBe("198.51.100.7");
  expect(clientAddress("10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.2", 2)).toBe("198.51.100.7");
  expect(clientAddress("10.0.0.1", undefined, 2)).toBe("10.0.0.1");
});

test("headers that only infrastructure may send are taken away", () => {
  const request = (hops: number): Record<string, unknown> => {
    const req = {
      headers: {
        host: "a.test",
        "x-forwarded-for": "6.6.6.6",
        "x-forwarded-host": "evil.test",
        "x-forwarded-proto": "https",
        "x-middleware-subrequest": "x",
        "x-real-ip": "6.6.6.6",
        forwarded: "for=6.6.6.6",
      },
      socket: { remoteAddress: "203.0.113.9" },
    };
    sanitiseHeaders(req as unknown as IncomingMessage, hops);
    return req.headers;
  };
  expect(request(0)).toEqual({ host: "a.test", "x-forwarded-for": "203.0.113.9" });
  expect(request(1)).toEqual({
    host: "a.test",
    "x-forwarded-for": "6.6.6.6",
    "x-forwarded-host": "evil.test",
    "x-forwarded-proto": "https",
  });
});
