/** Work side by side, results in order. */

/**
 * What `work` makes of each item, in the order of the items, at most `window` of them under way. The next item is asked for only
 * when there is room, so a source of any length is never held as a whole.
 *
 * @example
 * const doubled: number[] = [];
 * for await (const each of inOrder([1, 2, 3], 2, async (n) => 2 * n)) doubled.push(each);
 * doubled; // [2, 4, 6]
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  window: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    result.catch(() => {}); // it rejects where its turn comes
    underWay.push(result);
    if (underWay.length >= window) yield await (underWay.shift() as Promise<R>);
  }
  for (const result of underWay) yield await result;
}
