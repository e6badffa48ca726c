import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const css = readFileSync(join(import.meta.dirname, "../../app/globals.css"), "utf8");

/** Tokens of one theme: name to linear-light sRGB. */
function tokens(selector: string): Map<string, [number, number, number]> {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}", 1)[0] ?? "";
  return new Map(
    [...block.matchAll(/--([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\);/g)].map(([, name = "", l, c, h]) => [
      name,
      toLinear(Number(l), Number(c), Number(h)),
    ]),
  );
}

function toLinear(l: number, c: number, h: number): [number, number, number] {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const x = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const y = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const z = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clamp = (value: number): number => Math.min(1, Math.max(0, value));
  return [
    clamp(4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z),
    clamp(-1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z),
    clamp(-0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z),
  ];
}

const luminance = ([r, g, b]: [number, number, number]): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

const SURFACES = ["background", "card", "popover", "muted", "sidebar", "accent"];
const TEXT: [string, string[]][] = [
  ["foreground", SURFACES],
  ["muted-foreground", SURFACES],
  ["primary-text", ["background", "card", "popover", "primary-soft", "accent"]],
  ["primary-foreground", ["primary"]],
  ["secondary-foreground", ["secondary"]],
  ["destructive-foreground", ["destructive"]],
  ["destructive-text", ["background", "card", "popover", "destructive-soft"]],
  ["success-text", ["background", "card", "success-soft"]],
  ["warning-text", ["background", "card", "warning-soft"]],
  ["info-text", ["background", "card", "info-soft"]],
  ["sidebar-foreground", ["sidebar", "sidebar-accent"]],
];
const GRAPHICS: [string, string[]][] = [
  ["input", ["background", "card"]],
  ["ring", ["background", "card", "popover"]],
  ["success", ["card"]],
  ["warning", ["card"]],
  ["info", ["card"]],
  ...Array.from({ length: 8 }, (_, i): [string, string[]] => [`chart-${i + 1}`, ["background", "card"]]),
];

for (const [theme, selector] of [
  ["light", ":root"],
  ["dark", ".dark"],
] as const) {
  test(`${theme}: text has 4.5:1 and graphics 3:1 on every surface they stand on`, () => {
    const all = tokens(selector);
    const low: string[] = [];
    for (const [pairs, least] of [
      [TEXT, 4.5],
      [GRAPHICS, 3],
    ] as const) {
      for (const [name, surfaces] of pairs) {
        for (const surface of surfaces) {
          const [one, other] = [all.get(name), all.get(surface)];
          if (!one || !other) throw new Error(`no token ${name} or ${surface}`);
          const [a, b] = [luminance(one), luminance(other)];
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (ratio < least) low.push(`${name} on ${surface}: ${ratio.toFixed(2)} < ${least}`);
        }
      }
    }
    expect(low).toEqual([]);
  });
}
