import { expect, test } from "vitest";
import { rarePieces } from "./text-pattern";

/** A thousand people of one mail provider. */
const texts = Array.from({ length: 1_000 }, (_, n) => `person ${(n * 7919).toString(36)}x p${n}@mail.example`);

test("common words are left to the check of the rows, rare ones are looked for with the separators beside them", () => {
  expect(rarePieces("p734@mail.example", texts)).toEqual(["p734@"]);
  expect(rarePieces("person zoë", texts)).toEqual([" zoë"]);
  expect(rarePieces("son zoë-mail", texts)).toEqual([" zoë-"]);
});

test("a text of rare words only, of common words only, or among few people is looked for as a whole", () => {
  expect(rarePieces("zoë quist", texts)).toEqual([]);
  expect(rarePieces("person mail", texts)).toEqual([]);
  expect(rarePieces("p734@mail.example", [])).toEqual([]);
});
