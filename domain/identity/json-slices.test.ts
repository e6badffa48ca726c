import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonSlices } from "./json-slices";

const KEYS = ["properties", "traits", "context"];

test("gives the text of each value, as parsing finds it", () => {
  const key = fc.oneof(fc.constantFrom(...KEYS, "type", "event", ""), fc.string());
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.jsonValue())), fc.constantFrom("", " ", "\n  "), (members, space) => {
      const text = `${space}{${members.map(([name, value]) => `${space}${JSON.stringify(name)}${space}:${space}${JSON.stringify(value, null, space)}${space}`).join(",")}}`;
      const parsed = JSON.parse(text) as Record<string, unknown>;
      const slices = jsonSlices(text, KEYS);
      const escaped = members.some(([name]) => JSON.stringify(name).includes("\\"));
      if (slices === undefined) {
        expect(escaped).toBe(true);
        return;
      }
      for (const [i, name] of KEYS.entries()) {
        const slice = slices[i];
        expect(slice === undefined ? undefined : (JSON.parse(slice) as unknown)).toEqual(
          Object.hasOwn(parsed, name) ? parsed[name] : undefined,
        );
      }
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ['{"context":{"a":"\\\\"},"type":"track"}', '{"a":"\\\\"}'],
  ['{"context":{"a":"\\"}"},"type":"track"}', '{"a":"\\"}"}'],
  ['{"a":"","context":[]}', "[]"],
  ['{"context":1,"context":{"b":2}}', '{"b":2}'],
  ['{"x":{"context":1}}', undefined],
  ["{}", undefined],
])("%s", (text, context) => {
  expect(jsonSlices(text, ["context"])).toEqual([context]);
});

test("leaves keys written with escapes to parsing", () => {
  expect(jsonSlices('{"cont\\u0065xt":1}', ["context"])).toBeUndefined();
});
