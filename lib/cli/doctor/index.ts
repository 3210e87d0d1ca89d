import { machineInWords } from "../../files/machine";
import { command } from "../command";
import { flag } from "../options";
import { checks } from "./checks";

/** `alcap doctor`. */
export const { run, parse } = command({
  name: "doctor",
  about:
    "Says what this machine has of what the project can use, and for what is missing the one command that mends it. Exit code 1 where " +
    "something is missing that everything needs.",
  options: { json: flag("one JSON object instead of text") },
  action: async ({ json }) => {
    const found = await checks();
    const healthy = found.every(({ ok, needed }) => ok || !needed);
    if (json) console.log(JSON.stringify({ machine: machineInWords(), healthy, checks: found }));
    else {
      console.log(machineInWords());
      for (const { name, ok, needed, found: what, mend } of found) {
        const verdict = ok ? "ok" : needed ? "MISSING" : "missing";
        console.log(`${verdict.padEnd(8)} ${name.padEnd(16)} ${what}`);
        if (mend) console.log(`${" ".repeat(26)}${mend}`);
      }
    }
    return healthy ? 0 : 1;
  },
});
