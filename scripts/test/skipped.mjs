// A reporter of Node's test runner: says at the end how many tests were skipped, and why.
export default async function* skipped(events) {
  const reasons = new Map();
  for await (const { type, data } of events) {
    if (type !== "test:pass" || data.skip === undefined) continue;
    const reason = typeof data.skip === "string" && data.skip !== "" ? data.skip : "no reason given";
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const total = [...reasons.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return;
  yield `# ${total === 1 ? "1 test was" : `${total} tests were`} skipped:\n`;
  for (const [reason, count] of [...reasons].sort(([, a], [, b]) => b - a)) yield `#   ${count}: ${reason}\n`;
}
