import fc from "fast-check";
import { expect, test } from "vitest";
import { AllowList, isAllowList, isLocalName, isPublicAddress } from "./addresses";

test("private, shared, local and special addresses are refused, those beside them are not", () => {
  const refused = [
    ["0.0.0.0", "0.255.255.255"],
    ["10.0.0.0", "10.255.255.255"],
    ["100.64.0.0", "100.127.255.255"],
    ["127.0.0.1", "127.255.255.255"],
    ["169.254.0.0", "169.254.169.254"],
    ["172.16.0.0", "172.31.255.255"],
    ["192.0.0.1", "192.0.2.1"],
    ["192.88.99.1", "192.168.255.255"],
    ["198.18.0.0", "198.19.255.255"],
    ["198.51.100.7", "203.0.113.9"],
    ["224.0.0.1", "255.255.255.255"],
    ["::", "::1"],
    ["::ffff:127.0.0.1", "::ffff:8.8.8.8"],
    ["::7f00:1", "64:ff9b::a9fe:a9fe"],
    ["64:ff9b:1::1", "100::1"],
    ["2001::1", "2001:db8::1"],
    ["2002:7f00:1::", "fc00::1"],
    ["fdff:ffff::1", "fe80::1"],
    ["fec0::1", "ff02::1"],
  ].flat();
  expect(refused.filter((address) => isPublicAddress(address))).toEqual([]);
  const open = ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255"];
  expect([...open, "223.255.255.255", "2606:4700::1111", "2a00::1"].filter((address) => !isPublicAddress(address))).toEqual([]);
  expect(["", "localhost", "1.2.3", "0x7f000001", "2130706433", "fe80::1%eth0x"].filter((text) => isPublicAddress(text))).toEqual([]);
});

test("whatever an IPv4 address is, its forms inside IPv6 are refused", () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(isPublicAddress(`::ffff:${address}`)).toBe(false);
      expect(isPublicAddress(`::${address}`)).toBe(false);
      expect(isPublicAddress(`64:ff9b::${address}`)).toBe(false);
    }),
  );
});

test("names of the own network are known", () => {
  expect(
    ["localhost", "db", "a.localhost", "x.local", "llm.internal", "a.localdomain", "nas.home.arpa"].filter((host) => !isLocalName(host)),
  ).toEqual([]);
  expect(["example.com", "local.example.com", "1.1.1.1", "::1"].filter(isLocalName)).toEqual([]);
});

test("exceptions hold for what they name, with their port", () => {
  const list = new AllowList(" llm.internal:8080 , 10.0.0.0/8, 127.0.0.1:4200,[fd00::1]:81, fd12::/16,Mock ");
  expect(list.names("llm.internal", 8080)).toBe(true);
  expect(list.names("llm.internal", 80)).toBe(false);
  expect(list.names("mock", 5)).toBe(true);
  expect(list.allows("any", "10.200.0.1", 3)).toBe(true);
  expect(list.allows("any", "11.0.0.1", 80)).toBe(false);
  expect(list.allows("any", "127.0.0.1", 4200)).toBe(true);
  expect(list.allows("any", "127.0.0.1", 4201)).toBe(false);
  expect(list.allows("any", "fd00::1", 81)).toBe(true);
  expect(list.allows("any", "fd00::1", 82)).toBe(false);
  expect(list.allows("any", "fd12:0:0::9", 82)).toBe(true);
  expect(new AllowList(" , ").empty).toBe(true);
});

test("a list that cannot be read is refused and not taken for an empty one", () => {
  expect(["", "a.b", "a:1", "10.0.0.1/32", "::1", "[::1]:3"].filter((text) => !isAllowList(text))).toEqual([]);
  expect(["http://a", "a/8", "10.0.0.0/33", "a b", "[::1", "*", "::/129"].filter(isAllowList)).toEqual([]);
});
