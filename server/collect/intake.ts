import type { StoreItem, StoreOutcome } from "@/domain/events";
import type { KeySource } from "@/domain/sources";
import type { ItemAnswer } from "./answers";
import type { GroupCommit } from "./group-commit";
import type { JudgedItems } from "./judge-items";
import type { Rates } from "./rate";

export interface CommitOptions {
  commits: GroupCommit;
  rates: Rates;
  answerBeforeCommit: boolean;
}

/** Called once, when the transaction is committed or has failed. */
export type Answered = (error: unknown, answer?: ItemAnswer) => void;

/** Takes in what was judged: says 429 where there is no room, commits, and tells what became of each item. */
export class Intake {
  constructor(private readonly options: CommitOptions) {}

  /** Refuses with 429 what is too much for the source's rate or for the queue. */
  checkRoom(source: KeySource, messages: number, now: Date): void {
    this.options.rates.take(source.id, source.settings.rateLimit, messages, now.getTime());
    this.options.commits.checkRoom(messages);
  }

  commit(source: KeySource, judged: JudgedItems, now: Date, bytes: number, answered: Answered): void {
    const { commits, answerBeforeCommit } = this.options;
    const { stored, indexes, rejected, warned, answer } = judged;
    commits.add({ sourceId: source.id, receivedAt: now, items: stored, rejected, warnings: warned, bytes }, (error, outcomes) => {
      if (answerBeforeCommit) return;
      if (!outcomes) return answered(error);
      tell(answer, outcomes, indexes, stored);
      answered(undefined, answer);
    });
    if (answerBeforeCommit) answered(undefined, { ...answer, accepted: stored.length });
  }
}

/** Turns the outcomes of the stored items into the answer's numbers. */
function tell(answer: ItemAnswer, outcomes: readonly StoreOutcome[], indexes: readonly number[], stored: readonly StoreItem[]): void {
  let failed = false;
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i];
    if (outcome === "accepted") answer.accepted += 1;
    else if (outcome === "failed") {
      failed = true;
      const message = "The database cannot hold this message";
      answer.rejected.push({
        index: indexes[i] ?? 0,
        messageId: stored[i]?.messageId ?? null,
        code: "unprocessable",
        field: null,
        message,
      });
    } else answer.duplicates += 1;
  }
  if (failed) answer.rejected.sort((a, b) => a.index - b.index);
}
