import { DIRECT, UNASSIGNED } from "./model";
import type { ChannelCondition, ChannelRule, Origin } from "./model";
import { saysNothing } from "./read-origin";

/** Channel of an origin by the first rule that holds. A visit that says nothing is Direct, what no rule knows is Unassigned. */
export function channelOf(rules: readonly ChannelRule[], origin: Origin): string {
  if (saysNothing(origin)) return DIRECT;
  const rule = rules.find(({ alternatives }) =>
    alternatives.some((conditions) => conditions.every((condition) => holds(condition, origin))),
  );
  return rule?.channel ?? UNASSIGNED;
}

function holds({ field, operator, values }: ChannelCondition, origin: Origin): boolean {
  const value = origin[field].toLowerCase();
  const some = (test: (wanted: string) => boolean): boolean => values.some((wanted) => test(wanted.toLowerCase()));
  switch (operator) {
    case "is":
    case "is_one_of":
      return some((wanted) => value === wanted);
    case "is_not":
      return !some((wanted) => value === wanted);
    case "contains":
      return some((wanted) => wanted !== "" && value.includes(wanted));
    case "starts_with":
      return some((wanted) => wanted !== "" && value.startsWith(wanted));
    case "ends_with":
      return some((wanted) => wanted !== "" && value.endsWith(wanted));
    case "is_empty":
      return value === "";
    case "is_not_empty":
      return value !== "";
  }
}
