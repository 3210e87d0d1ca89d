// alcap: the command line. Each command lives in a file of its own and gives an exit code: 0, 1 failed, 2 called wrongly.
import { Console } from "node:console";
import { AlcapError } from "../errors";
import { quoted } from "../files/quoted";
import { alcap } from "./commands";

// Node's own console keeps quiet when a disk is full; a result that could not be written must not look like one.
globalThis.console = new Console({ stdout: process.stdout, stderr: process.stderr, ignoreErrors: false });
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(); // whoever read the output has enough
  process.exit(failed(error));
});

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
  if (error instanceof Error && "code" in error && "syscall" in error && error.syscall === "write") {
    console.error(`alcap: The output could not be written (${error.code}). Give it a place with room.`);
    return 1;
  }
  if (error instanceof Error && "code" in error && "syscall" in error && "path" in error) {
    console.error(
      `alcap: ${quoted(String(error.path))} cannot be used (${error.syscall}: ${error.code}). Check it, its rights and its room.`,
    );
    return 1;
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
