import { CLIP_BYTES } from "./model";
import type { Block, Content, EmailContent, Problem } from "./model";

/** Checks of a template by itself, before anybody is looked at. Pure. */

/** Contrast of two colours as WCAG 2.2 has it, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

function luminance(colour: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** Characters of the GSM 03.38 alphabet; any other makes a message of half the length. */
const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/u;
const GSM_DOUBLE = /[\^{}\\[~\]|€]/gu;

/** Parts that an SMS is sent in: 160 characters (153 each of several), 70 (67) where one is not in the GSM alphabet. */
export function smsParts(text: string): { parts: number; characters: number; unicode: boolean } {
  const unicode = !GSM.test(text);
  const characters = unicode ? text.length : text.length + (text.match(GSM_DOUBLE)?.length ?? 0);
  const [one, several] = unicode ? [70, 67] : [160, 153];
  return { parts: characters === 0 ? 0 : characters <= one ? 1 : Math.ceil(characters / several), characters, unicode };
}

const empty = (text: string): boolean => text.trim() === "";

export function findProblems(content: Content): Problem[] {
  const out: Problem[] = [];
  const add = (level: Problem["level"], language: string | null, message: string, blockId: string | null = null): void =>
    void out.push({ level, language, blockId, message });
  if (content.channel === "email") emailProblems(content, add);
  else
    for (const [language, variant] of Object.entries(content.variants)) {
      const parts = variant as Readonly<Record<string, string>>;
      const said = parts["text"] ?? parts["body"] ?? "";
      if (empty(said)) add("error", language, "There is no text yet.");
      if ("title" in parts && empty(parts["title"] ?? "")) add("error", language, "There is no title yet.");
      if (content.channel === "push" || content.channel === "web_push") {
        if ((parts["title"] ?? "").length > 50) add("warning", language, "Titles of more than 50 characters are cut on most phones.");
        if (said.length > 150) add("warning", language, "Texts of more than 150 characters are cut on most phones.");
      }
      if (content.channel === "webhook" && !isJson(said)) add("error", language, "The body is not JSON. Liquid stands inside of strings.");
      if (content.channel === "sms") {
        const { parts: count, unicode } = smsParts(said);
        if (count > 1)
          add(
            "warning",
            language,
            `Goes out as ${count} messages${unicode ? ", since a character is not in the GSM alphabet" : ""}; each is paid for.`,
          );
      }
    }
  return out;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type Add = (level: Problem["level"], language: string | null, message: string, blockId?: string | null) => void;

function emailProblems(content: EmailContent, add: Add): void {
  const { theme } = content;
  const pairs: [string, string, string][] = [
    ["Text on its background", theme.text, theme.surface],
    ["Small print on its background", theme.muted, theme.background],
    ["Text of buttons", theme.onAccent, theme.accent],
    ["Links on their background", theme.accent, theme.surface],
  ];
  const anyBlocks = Object.values(content.variants).some(({ body }) => body.kind === "blocks");
  if (anyBlocks)
    for (const [what, ink, paper] of pairs) {
      const ratio = contrast(ink, paper);
      if (ratio < 4.5) add("warning", null, `${what} is hard to read: contrast ${ratio.toFixed(1)}, at least 4.5 is needed.`);
    }
  for (const [language, variant] of Object.entries(content.variants)) {
    if (empty(variant.subject)) add("error", language, "There is no subject yet.");
    else if (variant.subject.replace(/\{\{.*?\}\}|\{%.*?%\}/gu, "").length > 78)
      add("hint", language, "Subjects of more than 78 characters are cut in most mailboxes.");
    if (empty(variant.preheader))
      add("hint", language, "Without a preheader, mailboxes show the first words of the text beside the subject.");
    if (variant.body.kind === "mjml") {
      if (empty(variant.body.source)) add("error", language, "There is no content yet.");
      const images = [...variant.body.source.matchAll(/<mj-image\b[^>]*>/giu)].filter(([tag]) => !/\balt="/iu.test(tag)).length;
      if (images > 0) add("warning", language, `${images === 1 ? "A picture has" : `${images} pictures have`} no alternative text.`);
      if (!/links\.(?:unsubscribe|preferences)/u.test(variant.body.source)) noWayOut(language, add);
      continue;
    }
    const { blocks } = variant.body;
    if (blocks.length === 0) add("error", language, "There are no blocks yet.");
    for (const block of blocks) blockProblems(block, language, add);
    if (blocks.length > 0 && !blocks.some((block) => block.kind === "shared" || /links\.(?:unsubscribe|preferences)/u.test(textOf(block))))
      noWayOut(language, add);
  }
}

const noWayOut = (language: string, add: Add): void =>
  add("warning", language, "There is no way out in the text: add a footer with {{ links.unsubscribe }}. Marketing needs one.");

const textOf = (block: Block): string =>
  Object.values(block)
    .filter((value) => typeof value === "string")
    .join(" ");

function blockProblems(block: Block, language: string, add: Add): void {
  switch (block.kind) {
    case "heading":
    case "text":
    case "footer":
      if (empty(block.text)) add("error", language, "This block has no text yet.", block.id);
      return;
    case "button":
      if (empty(block.text)) add("error", language, "This button has no text yet.", block.id);
      if (empty(block.url)) add("error", language, "This button leads nowhere yet.", block.id);
      else if (/^(?:here|click here|click|more)$/iu.test(block.text.trim()))
        add("hint", language, 'Say on the button what happens, not "click here".', block.id);
      if (!empty(block.url) && !/^(?:https?:|mailto:|tel:|\{\{|\{%)/iu.test(block.url.trim()))
        add("error", language, "The button's address must begin with https://, mailto: or tel:.", block.id);
      return;
    case "image":
      if (empty(block.url)) add("error", language, "This picture has no address yet.", block.id);
      if (empty(block.alt)) add("warning", language, "This picture has no alternative text: say what it shows.", block.id);
      return;
    case "divider":
    case "spacer":
    case "products":
    case "shared":
  }
}

/** Problems of the finished HTML. */
export function htmlProblems(html: string, language: string): Problem[] {
  const bytes = new TextEncoder().encode(html).length;
  return bytes > CLIP_BYTES
    ? [
        {
          level: "warning",
          language,
          blockId: null,
          message: `The mail has ${Math.round(bytes / 1_000)} KB; Gmail is said to cut at 102 KB and to hide the way out.`,
        },
      ]
    : [];
}
