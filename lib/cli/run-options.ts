import { presetNamed, presetNames } from "../experiment/preset/songbook";
import { or, single, whole } from "./options";

/** `--preset`: one of Songbook's presets, quick where none is given. */
export const preset = or(
  single("PRESET", `sizes and plan: ${presetNames.join(", ")}`, presetNamed),
  presetNamed("quick"),
  "quick",
);

/** `--jobs`: runs side by side. */
export const jobs = whole("runs at once, each a process of one thread (default: one a core; on a prepared corpus 1)", {
  from: 1,
  to: 1024,
});
