import { expect, it } from "vitest";
import { IMPORT_KINDS, KIND_TARGETS } from "@/domain/imports/model";
import { hasOwnName, optionOf, targetGroups, withOption } from "./target-options";

it("offers every target of a kind exactly once, and no other", () => {
  for (const kind of IMPORT_KINDS) {
    const values = targetGroups(kind).flatMap((group) => group.options.map((option) => option.value));
    expect(new Set(values).size).toBe(values.length);
    expect(new Set(values.map((value) => value.split(":")[0]))).toEqual(
      new Set(KIND_TARGETS[kind].filter((target) => target !== "ignore")),
    );
  }
});

it("goes from a column to its option and back", () => {
  const column = { column: "Given name", target: "trait", key: "firstName" } as const;
  expect(optionOf(column)).toBe("trait:firstName");
  expect(withOption(column, "user_id", "given_name")).toEqual({ column: "Given name", target: "user_id" });
  const own = withOption(column, "trait:", "given_name");
  expect(own).toEqual({ column: "Given name", target: "trait", key: "given_name" });
  expect([hasOwnName(column), hasOwnName(own)]).toEqual([false, true]);
});
