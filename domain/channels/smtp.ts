import { createTransport } from "nodemailer";
import { OutgoingError } from "@/domain/kernel/outgoing";
import { mailParts, short } from "./contract";
import type { Sender, SendResult } from "./contract";

/** Submission, submission over TLS, relay, and the port that some providers offer where 587 is blocked. */
const PORTS = [25, 465, 587, 2525] as const;
/** Milliseconds for each step, and for everything together. */
const STEP_MS = 10_000;
const ALL_MS = 40_000;

interface SmtpError extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
  response?: string;
}

/**
 * SMTP (RFC 5321) by any server. The name is resolved and judged by the outgoing client, and the connection goes to that
 * address, with the name kept for TLS. A server that takes no keys: a break after the message was handed over is unknown.
 */
export const smtp: Sender = {
  async send(account, envelope, client) {
    const { settings, secrets } = account;
    const host = settings["host"] ?? "";
    const port = Number(settings["port"]);
    let addresses: string[];
    try {
      addresses = await client.reach(host, port, PORTS);
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      const { message } = error;
      return error.mayRetry
        ? { kind: "retry", afterMs: null, status: null, error: message }
        : { kind: "account", status: null, error: message };
    }
    const { from, fromName, replyTo, subject } = mailParts(account, envelope);
    const domain = from.slice(from.lastIndexOf("@") + 1);
    let handed = false;
    const listen = (entry: { tnx?: string }, words: unknown): void => {
      // 354: the server waits for the message. From here on a break leaves open whether it kept it.
      if (entry.tnx === "server" && String(words).startsWith("354")) handed = true;
    };
    const transport = createTransport({
      host: addresses[0],
      port,
      name: domain,
      secure: settings["security"] === "tls",
      requireTLS: settings["security"] === "starttls",
      ignoreTLS: settings["security"] === "none",
      tls: { servername: host },
      ...(settings["user"] ? { auth: { user: settings["user"], pass: secrets["password"] ?? "" } } : {}),
      connectionTimeout: STEP_MS,
      greetingTimeout: STEP_MS,
      socketTimeout: STEP_MS * 2,
      debug: true,
      logger: { trace: listen, debug: listen, info: listen, warn: listen, error: listen, fatal: listen, level: () => {} },
      // Nothing of a message may make the server read a file or call an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const timer = setTimeout(() => transport.close(), ALL_MS);
    try {
      const info = await transport.sendMail({
        from: { name: fromName, address: from },
        to: { name: "", address: envelope.to },
        ...(replyTo === "" ? {} : { replyTo }),
        subject,
        text: envelope.content.text,
        ...(envelope.content.html === null ? {} : { html: envelope.content.html }),
        headers: { ...envelope.headers },
        // The same message has the same id whenever it is sent: mailboxes that look fold a second copy into the first.
        messageId: `<${envelope.key.slice(0, 40)}@${domain}>`,
      });
      const status = Number(/^\d{3}/.exec(info.response)?.[0] ?? 250);
      return { kind: "sent", providerId: info.messageId, status };
    } catch (error) {
      return readError(error as SmtpError, handed);
    } finally {
      clearTimeout(timer);
      transport.close();
    }
  },
};

const ACCOUNT_CODES: ReadonlySet<string> = new Set(["EAUTH", "ENOAUTH", "EOAUTH2", "ETLS", "EDNS"]);

/** Reply codes (RFC 5321, 4.2.1): 4yz later, 5yz never. Without a reply it depends on how far the message came. */
function readError(error: SmtpError, handed: boolean): SendResult {
  const status = error.responseCode ?? null;
  const words = short(error.response ?? error.message);
  if (error.code !== undefined && ACCOUNT_CODES.has(error.code)) return { kind: "account", status, error: words };
  // The sender itself is refused: nothing is wrong with the receiver.
  if (status !== null && status >= 500 && error.command === "MAIL FROM") return { kind: "account", status, error: words };
  if (status !== null && status >= 500)
    return {
      kind: "rejected",
      status,
      error: words,
      ...(error.command === "RCPT TO" && isAddressGone(words) ? { gone: "bounced" as const } : {}),
    };
  if (status !== null) return { kind: "retry", afterMs: null, status, error: words };
  if (handed) return { kind: "unknown", status, error: words };
  return { kind: "retry", afterMs: null, status, error: words };
}

/** Enhanced codes (RFC 3463) that say that the mailbox or its domain is not there. */
const isAddressGone = (words: string): boolean => /\b5\.1\.[1236]\b/.test(words) || /^550 (?!5\.7)/.test(words);
