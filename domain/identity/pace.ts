/** Milliseconds of work at a stretch: what others of the process wait for their turn. */
const STRETCH_MS = 2;

/**
 * Breaks long work in memory into short stretches. Between them sockets are served, so that the database is kept busy
 * with one batch while the next is worked out.
 */
export class Pace {
  private since = performance.now();

  /** Whether it is time to `rest`. */
  get tired(): boolean {
    return performance.now() - this.since > STRETCH_MS;
  }

  async rest(): Promise<void> {
    await new Promise((done) => setImmediate(done));
    this.since = performance.now();
  }
}
