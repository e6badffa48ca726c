import fc from "fast-check";
import { expect, test } from "vitest";
import { prettyJson } from "./pretty";

test("long numbers keep their digits; what is not JSON stays as it is", () => {
  expect(prettyJson('{"userId":12345678901234567891,"a":[],"b":{ },"c":[1,{"d":"x, {y}"}]}')).toBe(
    '{\n  "userId": 12345678901234567891,\n  "a": [],\n  "b": {},\n  "c": [\n    1,\n    {\n      "d": "x, {y}"\n    }\n  ]\n}',
  );
  expect(prettyJson('{"cut": "in the mid')).toBe('{"cut": "in the mid');
});

test("pretty text means the same", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(prettyJson(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
    }),
  );
});
