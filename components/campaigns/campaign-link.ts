/** Parts of a link to a page of the company, as people type them. */
export interface LinkParts {
  page: string;
  source: string;
  medium: string;
  campaign: string;
  content: string;
  term: string;
}

const PARAMETERS = [
  ["utm_source", "source"],
  ["utm_medium", "medium"],
  ["utm_campaign", "campaign"],
  ["utm_content", "content"],
  ["utm_term", "term"],
] as const;

/**
 * The link with its utm parameters; those that stood on the page's address before are replaced, others and the fragment
 * stay. Names are written in lower case with hyphens: "Spring Sale" and "spring-sale" are one campaign. Null: no address.
 */
export function campaignLink(parts: LinkParts): string | null {
  const text = parts.page.trim();
  const address = URL.canParse(text) ? text : `https://${text}`;
  if (text === "" || !URL.canParse(address)) return null;
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol) || !url.hostname.includes(".")) return null;
  for (const [name, key] of PARAMETERS) {
    url.searchParams.delete(name);
    const value = tidy(parts[key]);
    if (value !== "") url.searchParams.set(name, value);
  }
  return url.href;
}

const tidy = (text: string): string => text.trim().toLowerCase().replaceAll(/\s+/g, "-");
