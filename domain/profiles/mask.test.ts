import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "@/domain/events/model";
import { isPersonalTrait, maskIdentifier, maskJson, maskName, maskText, maskTraits } from "./mask";

test.each(["loyaltyCard", "loyalty_card", "customer_id", "membershipNumber"])("%s names a person", (key) => {
  expect(JSON.stringify(maskTraits({ [key]: "LC7002715" }))).not.toContain("7002715");
  expect(JSON.stringify(maskJson({ [key]: "LC7002715" }, "properties"))).not.toContain("7002715");
});

describe("maskIdentifier", () => {
  test.each([
    ["email", "jane@example.com", "j•••@e•••.com"],
    ["email", "jörg@bücher.example", "j•••@b•••.example"],
    ["user_id", "jane@example.com", "j•••@e•••.com"],
    ["phone", "+4915123456789", "+49•••89"],
    ["phone", "0151 2345 678", "01•••78"],
    ["user_id", "u-1048576", "u-•••76"],
    ["user_id", "42", "•••"],
    ["anonymous_id", "507f191e-810c-4729", "50•••29"],
  ])("%s %s", (type, value, expected) => expect(maskIdentifier(type, value)).toBe(expected));
});

test("names keep initials only", () => expect(maskName("Jane van Doe")).toBe("J••• v••• D•••"));

test("addresses inside text, also URL-encoded", () => {
  expect(maskText("mail jane@example.com or +49 151 2345678 now")).toBe("mail j•••@e•••.com or +49•••78 now");
  expect(maskText("https://x.test/?email=jane%40example.com&id=7")).toBe("https://x.test/?email=j•••@e•••.com&id=7");
  expect(maskText("order 1234567890123")).toBe("order 1234567890123");
  expect(maskText("2026-11-23T10:00:00+02:00")).toBe("2026-11-23T10:00:00+02:00");
});

test("traits: personal by name, others by value; an address keeps country and city", () => {
  expect(
    maskTraits({
      firstName: "Jane",
      plan: "pro",
      note: "write to jane@example.com",
      age: 31,
      billing_email: "pay@example.com",
      address: { street: "Elm 1", city: "Berlin", country: "DE", postalCode: "10115" },
      company: { name: "Acme" },
    }),
  ).toEqual({
    firstName: "J•••",
    plan: "pro",
    note: "write to j•••@e•••.com",
    age: "•••",
    billing_email: "p•••@e•••.com",
    address: { street: "•••", city: "Berlin", country: "DE", postalCode: "•••" },
    company: { name: "A•••" },
  });
  expect(isPersonalTrait("First Name")).toBe(true);
  expect(isPersonalTrait("plan")).toBe(false);
});

test("a message: product names stay, the person does not", () => {
  expect(
    maskJson({
      type: "track",
      event: "Order Completed",
      userId: "user-000017",
      properties: { total: 12.5, products: [{ name: "Lamp", price: 12.5 }], email: "jane@example.com", customer: { name: "Jane Doe" } },
      context: {
        ip: "203.0.113.9",
        library: { name: "analytics.js" },
        page: { title: "Thanks" },
        device: { id: "ABCDEF-1234", name: "Pixel 9" },
        traits: { name: "Jane Doe" },
        externalIds: [{ type: "phone", id: "+4915123456789" }],
      },
    }),
  ).toEqual({
    type: "track",
    event: "Order Completed",
    userId: "us•••17",
    properties: { total: 12.5, products: [{ name: "Lamp", price: 12.5 }], email: "j•••@e•••.com", customer: { name: "J••• D•••" } },
    context: {
      ip: "•••",
      library: { name: "analytics.js" },
      page: { title: "Thanks" },
      device: { id: "AB•••34", name: "Pixel 9" },
      traits: { name: "J••• D•••" },
      externalIds: [{ type: "phone", id: "+49•••89" }],
    },
  });
});

test("an address never survives, wherever it stands, and no key is lost", () => {
  const secret = "zq.secret+tag@hidden-domain.example";
  const leaf = fc.oneof(
    fc.constant(secret),
    fc.string().map((text) => `${text} ${secret} ${text}`),
    fc.integer(),
    fc.constant(null),
    fc.boolean(),
  );
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("name", "email", "properties", "traits", "__proto__", secret)), tie("node"), {
        maxKeys: 4,
      }),
    ),
  })).node;
  fc.assert(
    fc.property(tree, fc.constantFrom("message", "properties"), (value, zone) => {
      const text = JSON.stringify(maskJson(value as Json, zone as "message" | "properties"));
      expect(text).not.toContain("secret");
      expect(text).not.toContain("hidden-domain");
    }),
    { numRuns: 400 },
  );
});

test("masked objects are plain at every depth, since the server hands no others to the browser, and keep odd keys", () => {
  const value = JSON.parse('{"address":{"city":"Paris","street":{"line1":"x"}},"prefs":{"__proto__":{"a":1},"constructor":1}}') as Json;
  const masked = maskJson(value) as Record<string, Record<string, Record<string, unknown>>>;
  for (const one of [masked, masked.address, masked.address?.street, masked.prefs])
    expect(Object.getPrototypeOf(one)).toBe(Object.prototype);
  expect(JSON.stringify(masked.prefs)).toBe('{"__proto__":{"a":1},"constructor":1}');
});
