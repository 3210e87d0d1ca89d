import { or, text } from "../options";

/** `--python`: whose scripts the peer runs. */
export const python = or(text("PATH", "the peer's Python"), "/usr/bin/python3");
