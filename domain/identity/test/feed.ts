import type { AnySql } from "@/db/client";
import type { InboxMessage, JsonObject, MessageType } from "@/domain/events/model";

/** A message as tests write it: what is left out gets a default. */
export interface TestMessage {
  type?: MessageType;
  messageId?: string;
  userId?: string;
  anonymousId?: string;
  previousId?: string;
  groupId?: string;
  event?: string;
  traits?: JsonObject;
  properties?: JsonObject;
  context?: JsonObject;
  timestamp?: string;
  receivedAt?: string;
}

let counter = 0;

export function testMessage(input: TestMessage): InboxMessage {
  counter += 1;
  const type = input.type ?? "track";
  const timestamp = input.timestamp ?? new Date(Date.UTC(2026, 0, 1) + counter * 1000).toISOString();
  return {
    ...input,
    type,
    messageId: input.messageId ?? `m-${counter}`,
    ...(type === "track" ? { event: input.event ?? "Tested" } : {}),
    context: input.context ?? {},
    timestamp,
    receivedAt: input.receivedAt ?? timestamp,
  };
}

/** Puts messages into the inbox as collection does, in one statement. */
export async function feed(sql: AnySql, messages: readonly TestMessage[], sourceId = "src_test"): Promise<void> {
  const rows = messages.map((input) => {
    const message = testMessage(input);
    return { at: message.receivedAt, body: JSON.stringify(message) };
  });
  await sql`
    insert into inbox (received_at, source_id, body)
    select at, ${sourceId}, body from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(at timestamptz, body text)`;
}
