import { describe, expect, it } from "vitest";
import fc from "fast-check";

/**
 * The protocol by which messages are sent (claim, lease, send, finish), as a model: several workers, a clock, a receiver
 * that honours keys, and everything that may happen between two steps. With fencing tokens every history ends well; the
 * same histories without them show what tokens are for.
 */
const LEASE = 30;
/** A message that failed for good once must not come alive again, and the attempts that count are those of the holder. */
type State = "queued" | "sending" | "sent" | "failed";

type Command =
  | { readonly kind: "claim"; readonly worker: number }
  | { readonly kind: "answer"; readonly worker: number; readonly ok: boolean }
  | { readonly kind: "finish"; readonly worker: number }
  | { readonly kind: "crash"; readonly worker: number }
  | { readonly kind: "time"; readonly seconds: number };

interface Held {
  readonly token: number;
  /** What the provider said; null: not asked yet. */
  answer: boolean | null;
}

class Protocol {
  state: State = "queued";
  token = 0;
  leaseUntil = 0;
  now = 0;
  /** Times that the end of the message was written down: the run behind it is woken each time. */
  finished = 0;
  /** Ends that were written by somebody who did not hold the message any more. */
  stolen = 0;
  readonly accepted: number[] = [];
  private readonly held = new Map<number, Held>();

  constructor(private readonly fenced: boolean) {}

  run(command: Command): void {
    switch (command.kind) {
      case "claim": {
        const free = this.state === "queued" || (this.state === "sending" && this.leaseUntil < this.now);
        // A worker that has one in hand is busy: it may be paused in the middle of it.
        if (!free || this.held.has(command.worker)) return;
        this.state = "sending";
        this.token += 1;
        this.leaseUntil = this.now + LEASE;
        this.held.set(command.worker, { token: this.token, answer: null });
        return;
      }
      case "answer": {
        const own = this.held.get(command.worker);
        if (own === undefined || own.answer !== null) return;
        own.answer = command.ok;
        // The receiver honours the key: it takes the message once, whoever brings it.
        if (command.ok && this.accepted.length === 0) this.accepted.push(own.token);
        return;
      }
      case "finish": {
        const own = this.held.get(command.worker);
        if (own?.answer === null || own === undefined) return;
        this.held.delete(command.worker);
        const mine = this.state === "sending" && own.token === this.token;
        if (this.fenced && !mine) return;
        if (!mine) this.stolen += 1;
        this.state = own.answer ? "sent" : "queued";
        if (own.answer) this.finished += 1;
        return;
      }
      case "crash":
        this.held.delete(command.worker);
        return;
      case "time":
        this.now += command.seconds;
    }
  }

  /** What must hold after every step. */
  broken(): string | null {
    if (this.finished > 1) return "the end was written twice";
    if (this.stolen > 0) return "somebody who lost the message decided about it";
    if (this.finished === 1 && this.state !== "sent") return "a message that was sent came alive again";
    if (this.accepted.length > 1) return "the receiver took it twice";
    return null;
  }
}

const worker = fc.integer({ min: 0, max: 2 });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant("claim" as const), worker }),
  fc.record({ kind: fc.constant("answer" as const), worker, ok: fc.boolean() }),
  fc.record({ kind: fc.constant("finish" as const), worker }),
  fc.record({ kind: fc.constant("crash" as const), worker }),
  fc.record({ kind: fc.constant("time" as const), seconds: fc.integer({ min: 1, max: 60 }) }),
);

function firstBreach(fenced: boolean, commands: readonly Command[]): string | null {
  const protocol = new Protocol(fenced);
  for (const one of commands) {
    protocol.run(one);
    const breach = protocol.broken();
    if (breach !== null) return breach;
  }
  return null;
}

describe("sending by leases", () => {
  it("with fencing tokens ends every message once, whatever happens between two steps", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        expect(firstBreach(true, commands)).toBeNull();
      }),
      { numRuns: 3_000 },
    );
  });

  it("always comes to an end: a message whose holders are gone is taken again after the lease", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const protocol = new Protocol(true);
        for (const one of commands) protocol.run(one);
        for (const crashed of [0, 1, 2]) protocol.run({ kind: "crash", worker: crashed });
        protocol.run({ kind: "time", seconds: LEASE + 1 });
        protocol.run({ kind: "claim", worker: 0 });
        protocol.run({ kind: "answer", worker: 0, ok: true });
        protocol.run({ kind: "finish", worker: 0 });
        expect(protocol.state).toBe("sent");
        expect(protocol.finished).toBe(1);
        expect(protocol.accepted).toHaveLength(1);
      }),
      { numRuns: 1_000 },
    );
  });

  it("without tokens breaks: somebody who was away too long decides about what is another's", () => {
    const found = fc.check(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => firstBreach(false, commands) === null),
      { numRuns: 3_000, seed: 7 },
    );
    expect(found.failed).toBe(true);
    const shrunk = found.counterexample?.[0] ?? [];
    expect(firstBreach(true, shrunk)).toBeNull();
    // The shortest way: claim, the lease runs out, another claims, the first one comes back.
    expect(shrunk.map(({ kind }) => kind).filter((kind) => kind === "claim").length).toBeGreaterThanOrEqual(2);
    expect(shrunk.length).toBeLessThanOrEqual(6);
  });
});
