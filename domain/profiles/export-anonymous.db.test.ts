import { expect, test } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { createContext } from "@/domain/kernel/context";
import { fixedClock, member, testDatabase } from "@/server/test/database";
import { exportAnonymous } from "./index";

const db = testDatabase();
const at = (month: string) => createContext({ ...member("admin"), id: "usr_a" } as never, db, fixedClock(`${month}-05T00:00:00.000Z`));
const COLUMNS = ["id", "name", "email", "country", "events", "lastSeen", "trait:plan", "trait:phone"];
const file = async (month: string, input: object = {}): Promise<string[][]> => {
  let text = "";
  for await (const piece of await exportAnonymous(at(month), { columns: COLUMNS, k: 5, ...input })) text += piece;
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(","));
};

test("a file of crowds: no identifier, small groups left out with the next smallest, pseudonyms that change with the month, on record", async () => {
  await db.sql`insert into users (id, email, name, role, status) values ('usr_a', 'a@x.test', 'Ada', 'admin', 'active')`;
  // Seven in DE on pro, six in DE on free, two in FR: the two would stand out, and with them go the next smallest.
  const people = [
    ...Array<string[]>(7).fill(["DE", "pro"]),
    ...Array<string[]>(6).fill(["DE", "free"]),
    ...Array<string[]>(2).fill(["FR", "pro"]),
  ];
  await feed(
    db.sql,
    people.map(([country = "", plan = ""], n) => ({
      type: "identify" as const,
      userId: `anon-user-${n}`,
      traits: { email: `anon${n}@example.com`, name: `Anon Person${n}`, phone: `+49301234${500 + n}`, plan, address: { country } },
    })),
  );
  await processAll(db);
  const [head, ...rows] = await file("2026-03");
  expect(head).toEqual(["Pseudonym", "Country", "Events", "Last seen", "plan"]);
  expect(rows).toHaveLength(7);
  expect(new Set(rows.map((row) => `${row[1]} ${row[4]}`))).toEqual(new Set(["DE pro"]));
  expect(rows.flat().join(" ")).not.toMatch(/anon|Anon|example|\+49/);
  expect(rows.every((row) => /^\d{4}-\d{2}$/.test(row[3] ?? ""))).toBe(true);
  // The same people have the same pseudonyms within a month, and others in the next.
  const again = await file("2026-03");
  const later = await file("2026-04");
  expect(again.slice(1)).toEqual(rows);
  expect(later.slice(1).filter((row) => rows.some((one) => one[0] === row[0]))).toEqual([]);

  await expect(file("2026-03", { k: 2 })).rejects.toMatchObject({ code: "VALIDATION" });
  await expect(file("2026-03", { columns: ["nothing"] })).rejects.toMatchObject({ code: "VALIDATION" });
  await expect(exportAnonymous(db.ctx(member("manager")), { columns: ["country"], k: 5 })).rejects.toMatchObject({ code: "FORBIDDEN" });
  const [entry] = await db.sql<{ detail: { count: number; suppressed: number; k: number } }[]>`
    select detail from audit_log where action = 'profiles.exported_anonymous' order by seq limit 1`;
  expect(entry?.detail).toMatchObject({ count: 7, suppressed: 8, k: 5 });
});
