import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "@/domain/events/model";
import { ensureEventPartitions } from "@/domain/events/partitions";
import { testDatabase } from "@/server/test/database";
import { eventParts, measureArbitrary, pathArbitrary, personArbitrary } from "../arbitrary";
import { NOW } from "../arbitrary-values";
import { preparePeople, prepareEvents, storePeople, TEST_ZONE } from "../test/people";
import { compileBorders, compileValue } from "./compile-value";
import { computeValue } from "./compute-value";
import {
  emptyOf,
  RFM_SCORES,
  SESSION_MEASURES,
  wholeDefinitionSchema,
  type EventDefinition,
  type EventMeasure,
  type RfmBorders,
} from "./model";

const database = testDatabase();

const eventMeasure: fc.Arbitrary<EventMeasure> = fc.oneof(
  { weight: 3, arbitrary: measureArbitrary as fc.Arbitrary<EventMeasure> },
  {
    weight: 1,
    arbitrary: fc.record({ of: fc.constant("most_frequent" as const), path: pathArbitrary, atLeast: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ of: fc.constantFrom("first" as const, "last" as const), path: pathArbitrary }) },
  { weight: 1, arbitrary: fc.record({ of: fc.constantFrom("first" as const, "last" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ of: fc.constant("unique_list" as const), path: pathArbitrary, limit: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ of: fc.constant("days_since" as const), which: fc.constantFrom("first" as const, "last" as const) }),
  },
);
const ratioPart = fc.record({ ...eventParts, measure: measureArbitrary });
const definition: fc.Arbitrary<EventDefinition> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("event" as const), ...eventParts, measure: eventMeasure }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("ratio" as const), of: ratioPart, per: ratioPart }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("sessions" as const),
      ...eventParts,
      gapMinutes: fc.constantFrom(1, 30, 1_440, 10_000),
      measure: fc.constantFrom(...SESSION_MEASURES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("rfm" as const),
      ...eventParts,
      path: fc.option(pathArbitrary, { nil: undefined }),
      groups: fc.integer({ min: 2, max: 5 }),
      score: fc.constantFrom(...RFM_SCORES),
      everyHours: fc.constant(24),
    }),
  },
);

test("a definition gives the same values in SQL and in memory", async () => {
  await prepareEvents(database.sql, ensureEventPartitions);
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(personArbitrary, { minLength: 1, maxLength: 12 }),
      fc.array(definition, { minLength: 1, maxLength: 8 }),
      async (raw, definitions) => {
        const people = preparePeople(raw);
        await storePeople(database.sql, people);
        for (const one of definitions) {
          expect(wholeDefinitionSchema.safeParse(one).error?.issues).toBeUndefined();
          let borders: RfmBorders | null = null;
          if (one.kind === "rfm") {
            const query = compileBorders(one, { now: NOW, zone: TEST_ZONE });
            const [row] = await database.sql.unsafe<Record<"recency" | "frequency" | "monetary", number[] | null>[]>(
              query.text,
              query.params as never[],
            );
            borders = { recency: row?.recency ?? [], frequency: row?.frequency ?? [], monetary: row?.monetary ?? [], asOf: "" };
          }
          const query = compileValue(one, { now: NOW, zone: TEST_ZONE, borders });
          const rows = await database.sql.unsafe<{ id: number; value: Json }[]>(query.text, query.params as never[]);
          const inSql = new Map(rows.map(({ id, value }) => [id, value]));
          const values = (from: (id: number) => Json) => people.map(({ person }) => [person.id, from(person.id)]);
          const inMemory = new Map(people.map(({ person }) => [person.id, computeValue(one, person, { now: NOW, borders }).value]));
          expect({ one, values: values((id) => inSql.get(id) ?? emptyOf(one)) }).toEqual({
            one,
            values: values((id) => inMemory.get(id) ?? null),
          });
          const name = one.kind === "event" ? one.measure.of : one.kind;
          seen.set(name, (seen.get(name) ?? 0) + [...inMemory.values()].filter((value) => value !== emptyOf(one)).length);
        }
      },
    ),
    { numRuns: Number(process.env["RUNS"] ?? 120) },
  );
  for (const name of ["count", "most_frequent", "first", "last", "unique_list", "days_since", "ratio", "sessions", "rfm"])
    expect(seen.get(name), name).toBeGreaterThan(0);
}, 600_000);
