const EMPTY = -1;

/** A set of pairs of whole numbers from 0 on: open addressing over two typed arrays. */
export class PairSet {
  private left = new Int32Array(1 << 12).fill(EMPTY);
  private right = new Int32Array(1 << 12);
  private n = 0;

  /** @returns whether the pair is new */
  add(a: number, b: number): boolean {
    if (this.n * 2 >= this.left.length) this.grow();
    const place = this.find(a, b);
    if (this.left[place] !== EMPTY) return false;
    this.left[place] = a;
    this.right[place] = b;
    this.n += 1;
    return true;
  }

  private find(a: number, b: number): number {
    const mask = this.left.length - 1;
    let place = (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)) >>> 0;
    place = (place ^ (place >>> 15)) & mask;
    while (this.left[place] !== EMPTY && (this.left[place] !== a || this.right[place] !== b)) place = (place + 1) & mask;
    return place;
  }

  private grow(): void {
    const { left, right } = this;
    this.left = new Int32Array(left.length * 2).fill(EMPTY);
    this.right = new Int32Array(left.length * 2);
    for (let i = 0; i < left.length; i++) {
      if (left[i] === EMPTY) continue;
      const place = this.find(left[i] as number, right[i] as number);
      this.left[place] = left[i] as number;
      this.right[place] = right[i] as number;
    }
  }
}
