// alcap: the command line. Each command lives in a file of its own and gives an exit code: 0, 1 failed, 2 called wrongly.
import { AlcapError } from "../errors";
import { alcap } from "./commands";

async function main(args: readonly string[]): Promise<number> {
  if (args.length > 0) return alcap.run(args);
  await alcap.run(["--help"]);
  return 2;
}

function failed(error: unknown): number {
  if (error instanceof AlcapError) {
    console.error(`alcap: ${error.message}`);
    return error.code === "usage" ? 2 : 1;
  }
  console.error("alcap: an unexpected failure; please report it with the lines below.");
  console.error(error);
  return 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = failed(error);
  },
);
