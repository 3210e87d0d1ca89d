import { presetNamed, presetNames } from "../experiment/preset/songbook";
import { or, single } from "./options";

/** `--preset`: one of Songbook's presets, quick where none is given. */
export const preset = or(
  single("PRESET", `sizes and plan: ${presetNames.join(", ")}`, presetNamed),
  presetNamed("quick"),
  "quick",
);
