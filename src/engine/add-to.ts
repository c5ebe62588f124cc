/** sum += part, element by element: how gradients of micro-batches and of threads come together. */
export function addTo(sum: Float32Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
}
