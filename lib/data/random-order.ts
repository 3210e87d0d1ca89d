/** A list in random order (Fisher–Yates), by a generator of uniform numbers in [0, 1). */
export function inRandomOrder<T>(list: readonly T[], uniform: () => number): T[] {
  const order = [...list];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
