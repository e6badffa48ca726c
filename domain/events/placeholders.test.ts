import { expect, test } from "vitest";
import { PLACEHOLDER_WORDS } from "./model";
import { isPlaceholderId } from "./placeholders";

test("words and shapes that stand for nobody, in any case and with space around them", () => {
  const shapes = [
    "0",
    "0000000000000000000000000000000000",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    "{{ customer.identifier }}",
    "${user.identifier.value}",
    "%customer_identifier%",
    "--------------------",
  ];
  for (const id of [...PLACEHOLDER_WORDS, ...shapes]) {
    for (const written of [id, id.toUpperCase(), `   ${id}\t`, `\u00a0\ufeff${id}`]) expect(isPlaceholderId(written), written).toBe(true);
  }
});

test("real ids are none, whatever they begin with", () => {
  const real = [
    "0000000a-5a0e-4c1b-9d3f-0000000ab7e1",
    "f47ac10b-58cc-4372-a567-0e02b2c3d479",
    "-user-with-a-leading-dash",
    "{customer.identifier}",
    "$customer.identifier.value",
    "%customer identifier%",
    "person.17@example.com",
    "nullable",
    "user-1",
    " a rather long id with a space in front",
  ];
  for (const id of real) expect(isPlaceholderId(id), id).toBe(false);
});
