/**
 * Bounded history of an endless series: when there are too many, every second one is dropped, oldest half of the
 * resolution first. Repeated, this leaves recent points dense and old ones sparse; the first and the last always stay.
 *
 * No imports: the browser runs this file too.
 */

/**
 * Halves the items that `select` picks, in place, once there are more than `limit` of them; the others stay.
 *
 * @returns how many were dropped.
 * @example
 * const list = [0, 1, 2, 3, 4];
 * decimate(list, 4, () => true); // 2; list is [0, 2, 4]
 */
export function decimate<T>(items: T[], limit: number, select: (item: T) => boolean): number {
  let selected = 0;
  for (const item of items) if (select(item)) selected++;
  if (selected <= limit) return 0;
  let kept = 0;
  let seen = 0;
  for (const item of items) {
    if (select(item)) {
      const index = seen++;
      if (index % 2 === 1 && index !== selected - 1) continue;
    }
    items[kept++] = item;
  }
  const dropped = items.length - kept;
  items.length = kept;
  return dropped;
}
