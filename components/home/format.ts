/** `9,747,747.93` from decimal text, rounded half up to cents without going through a double. */
export function formatMoney(text: string): string {
  const negative = text.startsWith("-");
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const cents = BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0").slice(0, 2)) + ((fraction[2] ?? "0") >= "5" ? 1n : 0n);
  const units = (cents / 100n).toString().replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return `${negative && cents > 0n ? "−" : ""}${units}.${(cents % 100n).toString().padStart(2, "0")}`;
}
