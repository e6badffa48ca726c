import { compileTest, Params } from "./compile-test";
import type { Filter } from "./model";

/**
 * Filters of one event as SQL over a row `e` of `events`, for other rooms: `text` is a boolean that is never null, its
 * values are the parameters $1 to $n. Tests of local time take the zone given.
 */
export function eventFilter(where: readonly Filter[], options: { now: number; zone: string }): { text: string; values: unknown[] } {
  const params = new Params();
  const env = { params, now: options.now, zone: params.add(options.zone, "text") };
  const tests = where.map((filter) => compileTest(filter.test, `e.${filter.root} #> ${params.add(filter.path, "text[]")}`, env));
  // The zone is named once in any case: PostgreSQL refuses a parameter that stands nowhere.
  return { text: [`${env.zone} is not null`, ...tests].join(" and "), values: params.list };
}
