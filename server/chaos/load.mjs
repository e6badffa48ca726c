// The client's side of the chaos run: sends batches, resends what was not acknowledged (as SDKs do), and keeps its own
// list of what the server said it had stored.

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const PEOPLE = 300;

/**
 * @param {{url: string, writeKey: string, random: () => number, clients: number}} options
 */
export function loadClient({ url, writeKey, random, clients }) {
  const acked = new Set();
  const userById = new Map();
  const state = { stopped: false, resent: 0 };
  const watchers = new Set();
  const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}`;
  let n = 0;

  const message = () => {
    n += 1;
    const messageId = `chaos-${n}`;
    const user = `user-${Math.floor(random() * PEOPLE)}`;
    userById.set(messageId, user);
    const cents = Math.floor(random() * 10_000);
    return {
      type: "track",
      messageId,
      userId: user,
      event: "Order Completed",
      properties: { order_id: messageId, revenue: cents / 100 },
      timestamp: new Date().toISOString(),
    };
  };

  const send = async (batch) => {
    const answer = await fetch(`${url}/v1/batch`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    if (answer.status === 200) return true;
    // Anything but "later" is a fault of this harness or of the server.
    if (answer.status !== 429 && answer.status !== 503) throw new Error(`HTTP ${answer.status}: ${text.slice(0, 300)}`);
    return false;
  };

  const client = async () => {
    while (!state.stopped) {
      // Now and then one that is large enough for the threads that judge large bodies.
      const length = random() < 0.05 ? 100 + Math.floor(random() * 50) : 1 + Math.floor(random() * 20);
      const batch = Array.from({ length }, message);
      for (let tries = 0; !state.stopped; tries++) {
        let ok = false;
        try {
          ok = await send(batch);
        } catch (error) {
          if (String(error.message).startsWith("HTTP ")) process.stderr.write(`${error.message}\n`);
        }
        if (tries > 0) state.resent += batch.length;
        if (ok) {
          for (const one of batch) acked.add(one.messageId);
          for (const watcher of watchers) watcher();
          // Now and then a client resends what it was told is stored: it must not count twice.
          if (random() < 0.05) await send(batch).catch(() => {});
          break;
        }
        await wait(50 + random() * 100);
      }
    }
  };
  const running = Promise.all(Array.from({ length: clients }, client));

  return {
    acked,
    get resent() {
      return state.resent;
    },
    userOf: (id) => userById.get(id),
    /** Resolves when the number of acknowledged messages satisfies the test. */
    until: (test) =>
      new Promise((done, fail) => {
        const timer = setTimeout(() => {
          watchers.delete(look);
          fail(new Error("nothing was acknowledged for 60 s"));
        }, 60_000);
        const look = () => {
          if (!test(acked.size)) return;
          clearTimeout(timer);
          watchers.delete(look);
          done();
        };
        watchers.add(look);
        look();
      }),
    stop: async () => {
      state.stopped = true;
      await running;
    },
  };
}
