import { benchGrowth } from "../../bench/growth";
import { machineInWords } from "../../files/machine";
import { command } from "../command";
import { terminalReporter } from "../terminal";
import { json } from "./bench-options";

/** `alcap bench growth`. */
export const { run, parse } = command({
  name: "bench growth",
  about:
    "Times a training step of quick's depth against batch, lyrics, caption and width, and preparing Songbook's words against songs, and " +
    "fits the exponent of each: processor time of one thread.",
  options: { json },
  action: async ({ json }) => {
    const curves = await benchGrowth(terminalReporter()("measuring"));
    if (json) {
      console.log(JSON.stringify({ machine: machineInWords(), curves }));
      return 0;
    }
    console.log(machineInWords());
    for (const { cost, against, sizes, cpuMs, exponent, lastExponent, theory } of curves) {
      console.log(
        `${cost} against ${against}: exponent ${exponent.toFixed(2)}, of the last doubling ${lastExponent.toFixed(2)}; at most ${theory}`,
      );
      console.log(`  ${sizes.map((size, at) => `${size}: ${cpuMs[at]?.toFixed(0)} ms`).join(", ")}`);
    }
    return 0;
  },
});
