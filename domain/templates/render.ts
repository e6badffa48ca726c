import type { Json } from "@/domain/events/model";
import { emailMjml } from "./blocks-to-mjml";
import { compileMjml } from "./compile-mjml";
import { checkLinks, htmlToText, isSafeLink, withUtm } from "./html";
import { renderLiquid, TemplateError } from "./liquid";
import { chooseLanguage } from "./model";
import type { Body, Content, EmailContent, Rendered } from "./model";

/** What a template may speak of: plain JSON. See `loadScopes`. */
export type Scope = Readonly<Record<string, Json>>;

export interface RenderOptions {
  /** Of the person; null: unknown. */
  readonly language: string | null;
  /** Contents of shared blocks by template id. */
  readonly shared?: ReadonlyMap<string, Content>;
  /** Put on links that have none. */
  readonly utm?: Readonly<Record<string, string>> | null;
}

/** One line: no header can be smuggled in. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/ {2,}/gu, " ")
    .trim();

/**
 * A template for one person. E-mail: MJML (or blocks) compiled once, then Liquid over it with every value escaped; the
 * text part is made from the HTML where none is written. Throws TemplateError, whose message holds no data of the person.
 */
export async function renderTemplate(content: Content, scope: Scope, options: RenderOptions): Promise<Rendered> {
  const language = chooseLanguage(content, options.language);
  const base: Rendered = {
    channel: content.channel,
    language,
    subject: null,
    preheader: null,
    html: null,
    text: "",
    link: null,
    button: null,
    image: null,
    json: null,
    from: null,
  };
  const say = (text: string): string => renderLiquid(text, scope);
  const link = (text: string): string | null => {
    const url = oneLine(say(text));
    if (url === "" || !isSafeLink(url)) return null;
    return options.utm ? withUtm(url, options.utm) : url;
  };
  switch (content.channel) {
    case "email":
      return renderEmail(content, language, base, scope, options);
    case "sms":
    case "slack":
      return { ...base, text: say(content.variants[language]?.text ?? "").trim() };
    case "push":
    case "web_push": {
      const variant = content.variants[language];
      return {
        ...base,
        subject: oneLine(say(variant?.title ?? "")),
        text: say(variant?.body ?? "").trim(),
        link: link(variant?.link ?? ""),
        image: link(variant?.image ?? ""),
      };
    }
    case "in_app": {
      const variant = content.variants[language];
      return {
        ...base,
        subject: oneLine(say(variant?.title ?? "")),
        text: say(variant?.body ?? "").trim(),
        link: link(variant?.link ?? ""),
        button: oneLine(say(variant?.button ?? "")) || null,
      };
    }
    case "webhook": {
      const { json, text } = renderJson(content.variants[language]?.body ?? "", scope);
      return { ...base, text, json };
    }
  }
}

async function renderEmail(
  content: EmailContent,
  language: string,
  base: Rendered,
  scope: Scope,
  options: RenderOptions,
): Promise<Rendered> {
  const variant = content.variants[language];
  if (variant === undefined) throw new TemplateError("The template has no text in its default language.");
  const compiled = await compileMjml(emailMjml(variant, content.theme, language, sharedBodies(options.shared, language)));
  const links = scope["links"];
  const keep = new Set(links !== null && typeof links === "object" && !Array.isArray(links) ? Object.values(links).map(String) : []);
  const html = checkLinks(renderLiquid(compiled.html, scope, "html"), options.utm ?? null, keep);
  return {
    ...base,
    subject: oneLine(renderLiquid(variant.subject, scope)),
    preheader: oneLine(renderLiquid(variant.preheader, scope)) || null,
    html,
    text: variant.text === null ? htmlToText(html) : renderLiquid(variant.text, scope).trim(),
    from: {
      name: oneLine(renderLiquid(content.fromName, scope)),
      email: content.fromEmail,
      replyTo: content.replyTo,
    },
  };
}

export function sharedBodies(shared: ReadonlyMap<string, Content> | undefined, language: string): (id: string) => Body | undefined {
  return (id) => {
    const content = shared?.get(id);
    if (content?.channel !== "email") return undefined;
    return content.variants[chooseLanguage(content, language)]?.body;
  };
}

/** The JSON is read first and its strings rendered then: no value can break out of its string. A string that is one output alone, `{{ order.total }}`, keeps numbers and yes and no. */
function renderJson(source: string, scope: Scope): { json: Json; text: string } {
  let read: Json;
  try {
    read = JSON.parse(source) as Json;
  } catch {
    throw new TemplateError('The body is not JSON: Liquid stands inside of strings, as in {"name": "{{ profile.name }}"}.');
  }
  const json = fill(read, scope, 0);
  return { json, text: JSON.stringify(json, null, 2) };
}

function fill(value: Json, scope: Scope, depth: number): Json {
  if (depth > 50) throw new TemplateError("The body nests more than 50 levels.");
  if (typeof value === "string") {
    const said = renderLiquid(value, scope);
    if (!/^\s*\{\{[^{}]*\}\}\s*$/u.test(value)) return said;
    if (said === "true" || said === "false") return said === "true";
    return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?$/u.test(said) ? Number(said) : said;
  }
  if (Array.isArray(value)) return value.map((one) => fill(one, scope, depth + 1));
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, scope, depth + 1)]));
  return value;
}
