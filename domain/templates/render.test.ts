import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "@/domain/events/model";
import { decodeEntities, htmlToText, isSafeLink } from "./html";
import { contrast, findProblems, htmlProblems, smsParts } from "./lint";
import { liquidProblem, liquidVariables, renderLiquid, TemplateError } from "./liquid";
import { chooseLanguage, contentSchema } from "./model";
import type { Content } from "./model";
import { renderTemplate } from "./render";
import { STARTERS } from "./starters";
import { hasFallback, outputOf } from "./variables";

const email = (body: unknown, more: object = {}): Content =>
  contentSchema.parse({ channel: "email", variants: { en: { subject: "Hi {{ profile.name }}", body, ...more } } });
const blocks = (...list: object[]): Content => email({ kind: "blocks", blocks: list.map((block, i) => ({ id: `b${i}`, ...block })) });
const scope = (profile: Json, more: Record<string, Json> = {}): Record<string, Json> => ({
  profile,
  event: {},
  segments: {},
  company: { name: "Acme" },
  ...more,
});
const render = (content: Content, of: Record<string, Json>, more: object = {}) => renderTemplate(content, of, { language: null, ...more });

describe("an e-mail", () => {
  it("escapes what people are called, keeps one line in the subject, and makes its text part", async () => {
    const content = blocks({ kind: "text", text: "Dear {{ profile.name }}, **welcome**.\n\n[Look]({{ profile.url }})" });
    const out = await render(content, scope({ name: "<b>Eve</b>\r\nBcc: x@y.example", url: "https://shop.example/?a=1&b=2" }));
    expect(out.subject).toBe("Hi <b>Eve</b> Bcc: x@y.example");
    expect(out.html).toContain("Dear &lt;b&gt;Eve&lt;/b&gt;");
    expect(out.html).toContain("<strong>welcome</strong>");
    expect(out.html).not.toContain("<b>Eve");
    expect(out.text).toContain("Look (https://shop.example/?a=1&b=2)");
    expect(out.text).not.toMatch(/[{}]|<p/u);
  });

  it("shows blocks by segment, and repeats what a condition of Liquid between elements of MJML holds", async () => {
    const content = blocks(
      { kind: "text", text: "for all" },
      { kind: "text", text: "for buyers", when: { segmentId: "seg_vip", in: true } },
      { kind: "text", text: "for others", when: { segmentId: "seg_vip", in: false } },
    );
    const inside = await render(content, scope({}, { segments: { seg_vip: true } }));
    const outside = await render(content, scope({}));
    expect([inside.text.includes("for buyers"), inside.text.includes("for others")]).toEqual([true, false]);
    expect([outside.text.includes("for buyers"), outside.text.includes("for others")]).toEqual([false, true]);
    const looped = email({
      kind: "mjml",
      source:
        '<mjml><mj-body>{% for p in event.products %}<mj-section><mj-column><mj-text>{{ p.name }}: {{ p.price | money: "EUR" }}</mj-text></mj-column></mj-section>{% endfor %}</mj-body></mjml>',
    });
    const out = await render(
      looped,
      scope(
        {},
        {
          event: {
            products: [
              { name: "Cup", price: 4 },
              { name: "Pot", price: 12.5 },
            ],
          },
        },
      ),
    );
    expect(out.text).toBe("Cup: €4.00\n\nPot: €12.50");
  });

  it("puts shared blocks in, in the language of the mail, and stops at circles", async () => {
    const shared = new Map([
      ["tpl_a", blocks({ kind: "text", text: "shared words" }, { kind: "shared", templateId: "tpl_b" })],
      ["tpl_b", blocks({ kind: "text", text: "deeper" }, { kind: "shared", templateId: "tpl_a" })],
    ]);
    const out = await render(blocks({ kind: "shared", templateId: "tpl_a" }), scope({}), { shared });
    expect(out.text).toContain("shared words");
    expect(out.text).toContain("deeper");
    const mjml = email({ kind: "mjml", source: '<mjml><mj-body><mj-shared id="tpl_a" /></mj-body></mjml>' });
    expect((await render(mjml, scope({}), { shared })).text).toContain("shared words");
  });

  it("takes dangerous links away and tags the others, except the ways out", async () => {
    const content = blocks(
      { kind: "button", text: "Bad", url: "{{ profile.url }}" },
      { kind: "button", text: "Good", url: "https://shop.example/a?b=1" },
      { kind: "footer", text: "[out]({{ links.unsubscribe }})" },
    );
    const of = scope({ url: " java\tscript:alert(1)" }, { links: { unsubscribe: "https://us.example/u" } });
    const { html } = await render(content, of, { utm: { utm_source: "tributary", utm_campaign: "spring" } });
    expect(html).not.toMatch(/javascript|java\s*script/iu);
    expect(html).toContain('href="https://shop.example/a?b=1&amp;utm_source=tributary&amp;utm_campaign=spring"');
    expect(html).toContain('href="https://us.example/u"');
  });

  it("reads no file and runs no script whatever the MJML says", async () => {
    const out = await render(
      email({
        kind: "mjml",
        source:
          '<mjml><mj-body><mj-include path="/etc/passwd" /><mj-raw><script>alert(1)</script><img src=x onerror="alert(2)"><a href=\'javascript:alert(3)\'>x</a></mj-raw></mj-body></mjml>',
      }),
      scope({}),
    );
    expect(out.html).not.toMatch(/root:|<script|onerror|javascript:/u);
  });

  it("never lets a value out of its place, whatever it is (property)", async () => {
    const content = blocks(
      { kind: "text", text: "x {{ profile.name }} y" },
      { kind: "button", text: "{{ profile.name }}", url: "https://a.example/{{ profile.name }}" },
    );
    const plain = (await render(content, scope({ name: "" }))).html ?? "";
    const tags = (html: string): number => (html.match(/</gu) ?? []).length;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ maxLength: 40 }),
          fc.constantFrom("{{ company.name }}", "{% if %}", "lqd0lqd", '"><script>', "</td>", "&amp;"),
        ),
        async (name) => {
          const out = await render(content, scope({ name }));
          expect(tags(out.html ?? "")).toBe(tags(plain));
          expect(out.html).not.toContain("Acme");
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("other channels", () => {
  it("fills strings of JSON and nothing else (property)", async () => {
    const content = contentSchema.parse({
      channel: "webhook",
      variants: { en: { body: '{"name":"{{ profile.name }}!","n":"{{ profile.n }}","list":[1,"{{ profile.name }}!"]}' } },
    });
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.integer({ min: -1e9, max: 1e9 }), async (name, n) => {
        const { json } = await render(content, scope({ name, n }));
        expect(json).toEqual({ name: `${name}!`, n, list: [1, `${name}!`] });
      }),
      { numRuns: 50 },
    );
    await expect(render(contentSchema.parse({ channel: "webhook", variants: { en: { body: "{oops" } } }), scope({}))).rejects.toThrow(
      "not JSON",
    );
  });

  it("keeps links of push messages that are safe", async () => {
    const push = (link: string): Content => contentSchema.parse({ channel: "push", variants: { en: { title: "A", body: "B", link } } });
    expect((await render(push("https://a.example"), scope({}))).link).toBe("https://a.example");
    expect((await render(push("{{ profile.bad }}"), scope({ bad: "javascript:alert(1)" }))).link).toBeNull();
  });
});

describe("languages", () => {
  it("chooses the person's, its base, then the default", () => {
    const content = { defaultLanguage: "en", variants: { en: {}, de: {}, "pt-BR": {} } } as never;
    expect(["de", "de-AT", "DE_at", "pt-BR", "pt_br", "pt", "fr", "", null].map((wanted) => chooseLanguage(content, wanted))).toEqual([
      "de",
      "de",
      "de",
      "pt-BR",
      "pt-BR",
      "en",
      "en",
      "en",
      "en",
    ]);
  });
  it("refuses a default without a variant", () => {
    expect(contentSchema.safeParse({ channel: "sms", defaultLanguage: "de", variants: { en: { text: "x" } } }).success).toBe(false);
  });
});

describe("Liquid", () => {
  it("has no way to files, prototypes or unescaped output", () => {
    for (const text of ["{% include 'x' %}", "{% render 'x' %}", "{% layout 'x' %}", "{% raw %}x{% endraw %}"])
      expect(liquidProblem(text), text).toContain("tag");
    expect(() => renderLiquid("{{ profile.name | raw }}", scope({ name: "<" }), "html")).toThrow(TemplateError);
    expect(renderLiquid("{{ profile.constructor }}{{ profile.__proto__ }}", scope({}))).toBe("");
  });
  it("stops deep and endless templates", () => {
    expect(liquidProblem("{% if a %}".repeat(60) + "{% endif %}".repeat(60))).toContain("50");
    expect(() => renderLiquid("{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}", scope({}))).toThrow(
      TemplateError,
    );
  });
  it("renders although the process stands still for a moment", () => {
    const profile = Object.defineProperty({}, "name", {
      enumerable: true,
      get: () => (Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120), "Kim"),
    }) as Json;
    expect(renderLiquid("{{ profile.name }}, {% if event %}hello{% endif %}", scope(profile))).toBe("Kim, hello");
  });

  it("says which variables a text asks for and whether it can do without", () => {
    expect(
      liquidVariables(
        "{{ profile.name }}{% for p in event.products %}{{ p.name }}{% endfor %}{{ profile.address.city | upcase }}",
      ).toSorted(),
    ).toEqual(["event.products", "profile.address.city", "profile.name"]);
    expect(hasFallback('{{ profile.a | default: "x" }}', "profile.a")).toBe(true);
    expect(hasFallback('{{ profile.a | default: "x" }} {{ profile.a }}', "profile.a")).toBe(false);
    expect(hasFallback("{% if profile.a %}{{ profile.a }}{% endif %}", "profile.a")).toBe(true);
    expect(hasFallback("{{ profile.ab | default: 1 }}{{ profile.a }}", "profile.a")).toBe(false);
    expect(renderLiquid(outputOf("profile.first name"), { profile: { "first name": "Ann" } })).toBe("Ann");
  });
});

describe("checks", () => {
  it("know contrast, lengths of SMS and of mails", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
    expect(smsParts("a".repeat(160)).parts).toBe(1);
    expect(smsParts("a".repeat(161)).parts).toBe(2);
    expect(smsParts("€".repeat(81)).parts).toBe(2);
    expect(smsParts(`${"a".repeat(69)}ł`)).toEqual({ parts: 1, characters: 70, unicode: true });
    expect(smsParts(`${"a".repeat(70)}ł`).parts).toBe(2);
    expect(htmlProblems("x".repeat(102_001), "en")).toHaveLength(1);
    expect(htmlProblems("x".repeat(102_000), "en")).toHaveLength(0);
  });
  it("name what is missing, block by block", () => {
    const problems = findProblems(
      blocks({ kind: "button", text: "", url: "ftp://x" }, { kind: "image", url: "https://a.example/x.png", alt: "" }),
    );
    expect(problems.filter(({ blockId }) => blockId === "b0").map(({ level }) => level)).toEqual(["error", "error"]);
    expect(problems.find(({ blockId }) => blockId === "b1")?.message).toContain("alternative text");
    expect(problems.some(({ message }) => message.includes("way out"))).toBe(true);
  });
  it("links: only the web, mail and telephone", () => {
    expect(["https://a", "HTTP://a", "mailto:a@b", "tel:+49", "#"].every(isSafeLink)).toBe(true);
    expect(["javascript:1", "&#106;avascript:1", "data:text/html,x", "vbscript:x", "//a", "java\nscript:1"].some(isSafeLink)).toBe(false);
  });
  it("reads text out of HTML", () => {
    expect(decodeEntities("&lt;&#39;&#x41;&nope;&amp;lt;")).toBe("<'A&nope;&lt;");
    expect(
      htmlToText('<style>x</style><p>One&nbsp;two</p><p><a href="https://a.example/?x=1&amp;y=2">Go</a></p><ul><li>1</li><li>2</li></ul>'),
    ).toBe("One two\n\nGo (https://a.example/?x=1&y=2)\n\n- 1\n\n- 2");
  });
});

describe("starters", () => {
  it.each(STARTERS.map((starter) => [starter.id, starter] as const))(
    "%s has nothing wrong with it and renders for a person about whom little is known",
    async (_, { content }) => {
      expect(findProblems(content).filter(({ level, message }) => level !== "hint" && !message.includes("way out"))).toEqual([]);
      const out = await render(
        content,
        scope({ order_count: 0 }, { catalog: { bestsellers: [{ name: "Cup", price: 4, currency: "EUR" }], viewed: [] } }),
      );
      expect(out.text.length).toBeGreaterThan(20);
      expect(out.text).not.toContain("{{");
    },
  );
});
