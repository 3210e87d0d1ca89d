import { flag, or, single, text, usage } from "../options";

/** `--python`: whose scripts the peer runs. */
export const python = or(text("PATH", "the peer's Python"), "/usr/bin/python3");

/** `--threads`: numbers of threads, measured one after the other. */
export const threads = or(
  single("LIST", "threads of each side, as 1,2: measured one after the other", (given, name) => {
    if (/^[1-9]\d?(,[1-9]\d?)*$/.test(given)) return given.split(",").map(Number);
    throw usage(`${name} is "${given}".`, "Give whole numbers from 1 to 99 with commas between them.");
  }),
  [1],
  "1",
);

export const peers = flag("a peer that is missing is a failure, exit code 1");

export const json = flag("one JSON object instead of text");
