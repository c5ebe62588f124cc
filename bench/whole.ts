/** A figure without decimals, for people. */
export function whole(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}
