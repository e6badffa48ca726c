import { expect, test } from "vitest";
import { classifyField, classifyName, isCardNumber, isIban, likeness } from "./classify";

test("names are found in any spelling, and by likeness", () => {
  for (const [key, expected] of [
    ["dateOfBirth", "sensitive"],
    ["date_of_birth", "sensitive"],
    ["Medication", "special_category"],
    ["medicaton", "special_category"],
    ["sexualOrientation", "special_category"],
    ["credit_card", "financial"],
    ["accessToken", "credential"],
    ["address.street", "contact"],
    ["emailAdress", "contact"],
    ["ip", "identifier"],
    ["parental_consent", "child"],
    ["latitude", "location"],
  ] as const)
    expect(classifyName(key, false)?.class, key).toBe(expected);
  for (const key of ["plan", "sku", "quantity", "currency", "pageviews", "description"]) expect(classifyName(key, false), key).toBeNull();
});

test("names that are a product's or a page's in events are not taken for a person's", () => {
  expect(classifyName("name", true)).toBeNull();
  expect(classifyName("name", false)?.class).toBe("contact");
  expect(classifyName("email", true)?.class).toBe("contact");
});

test("values speak where names do not: a checksum, not ten digits", () => {
  expect(classifyField("note", true, ["4111 1111 1111 1111", "x"])).toMatchObject({ class: "financial" });
  expect(classifyField("ref", true, ["DE89370400440532013000"])).toMatchObject({ class: "financial" });
  expect(classifyField("who", true, ["a@b.example", "c@d.example", "-"])).toEqual({
    class: "contact",
    reason: "2 of 3 sampled values are e-mail addresses",
  });
  expect(classifyField("order", true, ["4111111111111112", "1234567890"]).class).toBe("not_personal");
  expect(classifyField("one", true, ["a@b.example", "x", "y", "z"]).class).toBe("not_personal");
  expect(classifyField("diagnosis", true, ["a@b.example"]).class).toBe("special_category");
});

test("checksums: published examples and one digit off", () => {
  for (const number of ["4111111111111111", "5555555555554444", "378282246310005"]) expect(isCardNumber(number), number).toBe(true);
  for (const iban of ["GB82 WEST 1234 5698 7654 32", "FR1420041010050500013M02606", "NO9386011117947"])
    expect(isIban(iban), iban).toBe(true);
  expect(isCardNumber("4111111111111112")).toBe(false);
  expect(isIban("GB82 WEST 1234 5698 7654 33")).toBe(false);
});

test("likeness is one for equal texts, zero for strangers, and the same both ways", () => {
  expect(likeness("night", "nacht")).toBeCloseTo(0.25);
  expect(likeness("same", "same")).toBe(1);
  expect(likeness("abc", "xyz")).toBe(0);
  expect(likeness("phone number", "telephone number")).toBeCloseTo(likeness("telephone number", "phone number"));
});
