// Preloaded into a process that is measured: as it ends, it says on stderr what it took.
import { writeSync } from "node:fs";

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  writeSync(2, `\n${JSON.stringify({ cpuMs: (user + system) / 1000, peakMiB })}\n`);
});
