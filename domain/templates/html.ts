const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  copy: "©",
  rarr: "→",
  larr: "←",
  mdash: "—",
  ndash: "–",
  hellip: "…",
  times: "×",
};

export function decodeEntities(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]+);/giu, (whole, code: string) => {
    if (!code.startsWith("#")) return NAMED[code.toLowerCase()] ?? whole;
    const point = code[1]?.toLowerCase() === "x" ? Number.parseInt(code.slice(2), 16) : Number(code.slice(1));
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : "";
  });
}

/** The text part of an e-mail's HTML: one line per paragraph or row, addresses of links in brackets. */
export function htmlToText(html: string): string {
  const body = /<body[^>]*>([\s\S]*)<\/body>/iu.exec(html)?.[1] ?? html;
  const text = body
    .replace(/<!--[\s\S]*?-->/gu, "")
    .replace(/<(style|script|head|title)\b[\s\S]*?<\/\1>/giu, "")
    // What is not shown is not said: the preheader stands for the first line of a list of mails.
    .replace(/<div style="display:none;[\s\S]*?<\/div>/giu, "")
    .replace(/\s+/gu, " ")
    .replace(/<a\b[^>]*\bhref="([^"]*)"[^>]*>([\s\S]*?)<\/a>/giu, (_, href: string, inner: string) => {
      const said = inner.replace(/<[^>]*>/gu, "").trim();
      const url = href.trim();
      if (said === "" || url === "" || url === "#") return inner;
      return said === url ? url : `${said} (${url})`;
    })
    .replace(/<img\b[^>]*\balt="([^"]+)"[^>]*>/giu, " $1 ")
    .replace(/<li\b[^>]*>/giu, "\n- ")
    .replace(/<\/(p|h[1-6]|table|ul|ol|blockquote)>/giu, "\n\n")
    .replace(/<(br|hr)\b[^>]*>|<\/(div|tr|li|section)>/giu, "\n")
    .replace(/<\/td>/giu, " ")
    .replace(/<[^>]*>/gu, "");
  return decodeEntities(text)
    .split("\n")
    .map((line) => line.replace(/[ \t\u00a0]+/gu, " ").trim())
    .join("\n")
    .replace(/\n{3,}/gu, "\n\n")
    .trim();
}

const SAFE = /^(?:https?:|mailto:|tel:|#)/iu;

/** Whether an address may stand behind a link. */
export const isSafeLink = (url: string): boolean => SAFE.test(decodeEntities(url).replace(/[\p{Cc} ]/gu, ""));

/**
 * Takes away links that lead anywhere but to the web, a mailbox or a telephone, and puts campaign parameters on those of
 * the web. `keep`: addresses that stay as they are (the way out, the preferences).
 */
export function checkLinks(html: string, utm: Readonly<Record<string, string>> | null, keep: ReadonlySet<string>): string {
  return html
    .replace(/\b(href|src|background)="([^"]*)"/giu, (whole, attribute: string, value: string) => {
      if (value === "") return whole;
      if (attribute.toLowerCase() !== "href") return /^(?:https?:|data:image\/|cid:)/iu.test(value.trim()) ? whole : `${attribute}=""`;
      if (!isSafeLink(value)) return 'href="#"';
      return `href="${tagged(value, utm, keep)}"`;
    })
    .replace(/\s(?:href|src)='[^']*'/giu, "")
    .replace(/<script\b[\s\S]*?(?:<\/script>|$)/giu, "")
    .replace(/\son[a-z]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/giu, "");
}

function tagged(value: string, utm: Readonly<Record<string, string>> | null, keep: ReadonlySet<string>): string {
  const url = decodeEntities(value).trim();
  if (utm === null || !/^https?:/iu.test(url) || keep.has(url)) return value;
  return withUtm(url, utm).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}

/** The address with campaign parameters that it does not have already. */
export function withUtm(address: string, utm: Readonly<Record<string, string>>): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  for (const [name, value] of Object.entries(utm)) if (value !== "" && !url.searchParams.has(name)) url.searchParams.set(name, value);
  return url.href;
}
