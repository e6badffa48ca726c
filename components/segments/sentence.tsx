import { describe, describeNode, plain, type Phrase } from "@/domain/segments/describe";
import type { Rule, RuleNode } from "@/domain/segments/model";

/** The rule in plain words, what was chosen in bold. */
export function Sentence({ phrases, className }: { phrases: readonly Phrase[]; className?: string }) {
  return (
    <p className={className}>
      {phrases.map((phrase, i) =>
        phrase.strong ? (
          // Phrases are told apart by their place only.
          // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
          <strong key={i} className="font-semibold break-words text-foreground">
            {phrase.text}
          </strong>
        ) : (
          // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
          <span key={i}>{phrase.text}</span>
        ),
      )}
    </p>
  );
}

export const sentenceOf = (rule: Rule, names: Readonly<Record<string, string>>): Phrase[] => describe(rule, { names });

/** A row in a few words, for labels and bars. */
export function shortWords(node: RuleNode, names: Readonly<Record<string, string>>, length = 70): string {
  const text = plain(describeNode(node, { names }));
  return text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text;
}
