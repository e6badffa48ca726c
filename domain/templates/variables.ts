/** Names of the person that every install has, beside traits: path, words for people, whether it is personal. */
export const KNOWN_VARIABLES = [
  { path: "profile.first_name", label: "First name" },
  { path: "profile.name", label: "Name" },
  { path: "profile.email", label: "E-mail" },
  { path: "profile.city", label: "City" },
  { path: "profile.country", label: "Country" },
  { path: "profile.order_count", label: "Orders" },
  { path: "profile.revenue", label: "Revenue" },
  { path: "company.name", label: "Company" },
  { path: "links.unsubscribe", label: "Link to unsubscribe" },
  { path: "links.preferences", label: "Link to preferences" },
] as const;

export interface TemplateVariable {
  readonly path: string;
  readonly label: string;
  /** Per cent of people's identify calls that said it; null: not counted. */
  readonly share: number | null;
}

/** The output that is put in: with a fallback where people may lack it. */
export function outputOf(path: string): string {
  const reached = /^[\w]+(?:\.[\w]+)*$/u.test(path)
    ? path
    : path
        .split(".")
        .map((part, i) => (i === 0 ? part : /^\w+$/u.test(part) ? `.${part}` : `["${part.replaceAll('"', "")}"]`))
        .join("");
  return path.startsWith("profile.") ? `{{ ${reached} | default: "" }}` : `{{ ${reached} }}`;
}

/** Whether every use of a variable in the text has something to fall back on: a default, or a condition on it. */
export function hasFallback(text: string, path: string): boolean {
  const name = path.replaceAll(".", "\\.");
  const uses = [...text.matchAll(new RegExp(`\\{\\{-?\\s*${name}(?![\\w.])([^}]*)\\}\\}`, "gu"))];
  if (new RegExp(`\\{%-?\\s*(?:if|unless|elsif|case)\\b[^%]*\\b${name}(?![\\w.])`, "u").test(text)) return true;
  return uses.length > 0 && uses.every(([, rest]) => /\|\s*default\s*:/u.test(rest ?? ""));
}
