import { randomBytes } from "node:crypto";
import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import type { Ctx } from "@/domain/kernel/context";
import { withTx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { outgoing } from "@/domain/kernel/outgoing";
import { parseInput } from "@/domain/kernel/parse";
import { openAccount } from "./accounts";
import type { SendResult } from "./contract";
import type { Rendered } from "./model";
import { PROVIDERS } from "./model";
import { SENDERS } from "./senders";

const schema = z.strictObject({ id: z.string().max(40), to: z.string().trim().max(500).default("") });

/** Sends a short fixed text by an account, to an address that the member names: nobody of the customer data is in it. */
export async function sendTest(ctx: Ctx, input: unknown): Promise<{ text: string }> {
  requirePermission(ctx, "channels:write");
  const { id, to } = parseInput(schema, input);
  const account = await openAccount(ctx.sql, id);
  if (account === null || account.provider === "inbox") throw notFound("The account");
  const { channel, label } = PROVIDERS[account.provider];
  if (channel === "email" && !z.email().safeParse(to).success)
    throw new DomainError("VALIDATION", "Enter the address that the test goes to.", {
      fields: { to: "Enter an address such as you@example.com." },
    });
  if ((channel === "sms" || channel === "push") && to === "")
    throw new DomainError("VALIDATION", "Enter where the test goes to.", {
      fields: { to: channel === "sms" ? "Enter a number such as +4915112345678." : "Enter the token of a device." },
    });
  if (channel === "web_push")
    throw new DomainError("PRECONDITION_FAILED", "Web Push has no address to enter: subscribe a browser and send a message to its person.");
  const content = testContent(channel, label);
  const envelope = {
    key: randomBytes(32).toString("hex"),
    reference: "test",
    to,
    content,
    headers: {},
    payload: { type: "message.test", timestamp: ctx.clock.now().toISOString() },
    callbackUrl: null,
    now: ctx.clock.now(),
  };
  const result = await SENDERS[account.provider].send(account, envelope, outgoing());
  await withTx(ctx, (tx) =>
    recordAudit(tx, { action: "channel_account.tested", object: { type: "channel_account", id }, detail: { result: result.kind } }),
  );
  if (result.kind !== "sent") throw new DomainError("PRECONDITION_FAILED", failureOf(result));
  return { text: channel === "email" || channel === "sms" ? `The test was taken for ${to}.` : "The test was taken." };
}

function failureOf(result: Exclude<SendResult, { kind: "sent" }>): string {
  if (result.kind === "account") return `The account does not work: ${result.error}`;
  if (result.kind === "unknown") return `No answer came, so the test may or may not have arrived: ${result.error}`;
  return `The test was not taken: ${result.error}`;
}

function testContent(channel: Rendered["channel"], label: string): Rendered {
  const text = `This is a test of ${label}, sent from Tributary.`;
  return {
    channel,
    language: "en",
    subject: "Test message",
    preheader: null,
    html: channel === "email" ? `<p>${text}</p>` : null,
    text,
    link: null,
    button: null,
    image: null,
    json: channel === "webhook" ? { text } : null,
    from: null,
  };
}
