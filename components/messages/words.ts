import { OUTCOME_LABELS, STATE_LABELS } from "@/domain/messages/model";
import type { MessageRow } from "@/domain/messages/model";

export const titleOf = (row: Pick<MessageRow, "subject" | "templateName" | "id">): string =>
  row.subject || row.templateName || `Message ${row.id}`;

export const wordOf = (row: Pick<MessageRow, "state" | "outcome">): string =>
  row.state === "not_sent" && row.outcome !== null ? OUTCOME_LABELS[row.outcome] : STATE_LABELS[row.state];

/** The rule, cap or winner that decided, else what the last try came to. */
export const whyOf = (row: Pick<MessageRow, "because" | "error" | "attempts" | "state">): string | null =>
  row.because ?? (row.state === "queued" && row.error !== null ? `Try ${row.attempts} failed, it goes on: ${row.error}` : null);
