import { judgeMessage, type ItemCode, type StoreItem } from "@/domain/events";
import type { InboxMessage } from "@/domain/events/model";
import type { Output } from "./map-rows";
import type { RowCode, RowProblem } from "./model";
import type { CsvRecord } from "./tokenizer";

export interface JudgedOutputs {
  accepted: { item: StoreItem; message: InboxMessage; records: CsvRecord[] }[];
  rejected: { record: CsvRecord; problem: RowProblem }[];
  /** Messages that carry a warning of the collection rules. */
  warnings: number;
}

/** Messages go through the same judge as those that come over HTTP; what it refuses is rejected with all its rows. */
export function judgeOutputs(outputs: Output[], receivedAt: Date): JudgedOutputs {
  const out: JudgedOutputs = { accepted: [], rejected: [], warnings: 0 };
  for (const output of outputs) {
    if (output.kind === "rejected") {
      out.rejected.push({ record: output.record, problem: output.problem });
      continue;
    }
    const judged = judgeMessage(output.message, { receivedAt });
    if (judged.ok) {
      if (judged.warnings.length > 0) out.warnings++;
      out.accepted.push({
        item: { messageId: judged.message.messageId, body: judged.body, bodyHash: judged.bodyHash },
        message: judged.message,
        records: output.records,
      });
      continue;
    }
    for (const record of output.records) {
      out.rejected.push({ record, problem: { line: record.line, code: "refused", field: judged.field, message: `${judged.message}.` } });
    }
  }
  return out;
}

/** The code under which a rejected row stands in the source's list, which knows only codes of messages. */
export function itemCodeOf(code: RowCode): ItemCode {
  switch (code) {
    case "no_identifier":
      return "no_user_anon_id";
    case "missing_event":
      return "missing_event";
    case "too_many_cells":
    case "stray_quote":
    case "refused":
      return "unprocessable";
    default:
      return "invalid_field";
  }
}
