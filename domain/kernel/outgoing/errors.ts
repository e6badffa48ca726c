/**
 * - url: not an address that may be called at all (form, scheme, user name inside, port)
 * - refused: the name or an address behind it is not public, and OUTGOING_ALLOW does not name it
 * - unreachable: no such name, no connection, no TLS, or the connection broke
 * - timeout: a limit of time ran out
 * - too_large: the answer is longer than the caller takes
 * - aborted: the caller's signal
 */
export type OutgoingCode = "url" | "refused" | "unreachable" | "timeout" | "too_large" | "aborted";

/**
 * Why a request did not get an answer. `message` may be shown to whoever set the address: it is the same for refused,
 * closed and silent ones, so that nobody can look into our network with it. `reason` is for logs of the operator.
 */
export class OutgoingError extends Error {
  readonly code: OutgoingCode;
  /** What happened, without the address: an errno, a TLS code, or words of ours. */
  readonly reason: string;
  /** A connection stood: the request may have been received, whole or in part. */
  readonly reached: boolean;

  constructor(code: OutgoingCode, reason: string, reached = false) {
    super(MESSAGES[code]);
    this.name = "OutgoingError";
    this.code = code;
    this.reason = reason;
    this.reached = reached;
  }

  /** Whether the same request may succeed later. Callers decide when, and how often. */
  get mayRetry(): boolean {
    return this.code === "unreachable" || this.code === "timeout";
  }
}

const UNREACHABLE = "The address could not be reached. Check that it is right and reachable from the internet.";
const MESSAGES: Record<OutgoingCode, string> = {
  url: "This is not an address that can be called. Use http or https, port 80, 443 or 8443, and no user name in it.",
  refused: UNREACHABLE,
  unreachable: UNREACHABLE,
  timeout: "The address did not answer in time.",
  too_large: "The address answered with more than is taken.",
  aborted: "The request was cancelled.",
};
