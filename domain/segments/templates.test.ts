import { describe as suite, expect, test } from "vitest";
import { describe, plain } from "./describe";
import { leavesOf, ruleSchema } from "./model";
import { fillTemplate, INDUSTRIES, TEMPLATES } from "./templates";

suite("templates", () => {
  test("there are many, for every industry, each with a key, a name and a purpose of its own", () => {
    expect(TEMPLATES.length).toBeGreaterThanOrEqual(24);
    for (const part of ["key", "name", "purpose"] as const) expect(new Set(TEMPLATES.map((one) => one[part])).size).toBe(TEMPLATES.length);
    for (const industry of INDUSTRIES) expect(TEMPLATES.filter((one) => one.industry === industry).length).toBeGreaterThanOrEqual(3);
  });

  test.each(TEMPLATES.map((template) => [template.key, template] as const))("%s is a rule that says what it does", (_, template) => {
    const rule = fillTemplate(template);
    expect(ruleSchema.parse(rule)).toEqual(rule);
    const sentence = plain(describe(rule));
    expect(sentence).toMatch(/^People who /);
    expect([...leavesOf(rule.root)].length).toBeGreaterThan(0);
    for (const { kind, initial } of template.parameters)
      expect(sentence).toContain(kind === "money" || typeof initial === "string" ? String(initial) : initial.toLocaleString("en-US"));
  });

  test.each(TEMPLATES.map((template) => [template.key, template] as const))(
    "%s takes its parameters, and refuses what is none",
    (_, template) => {
      expect(template.parameters.length).toBeGreaterThan(0);
      for (const { key, kind, initial } of template.parameters) {
        const other = kind === "text" || kind === "event" || kind === "trait" ? `Other ${key}` : Number(initial) + 1;
        const filled = fillTemplate(template, { [key]: other });
        expect(ruleSchema.safeParse(filled).success).toBe(true);
        expect(plain(describe(filled))).toContain(
          typeof other === "string" || kind === "money" ? String(other) : other.toLocaleString("en-US"),
        );
        for (const wrong of [null, "", -1, 0, Number.NaN, {}, "a\0b", 1e9 + 0.5])
          if (!(kind === "money" && wrong === 1e9 + 0.5)) expect(fillTemplate(template, { [key]: wrong })).toEqual(fillTemplate(template));
      }
    },
  );
});
