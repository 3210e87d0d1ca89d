import path from "node:path";
import { type Preset, withIntermediateTask } from "../experiment/preset/songbook";
import { baseModelFiles, baseModelFolder, baseModelName, trainBaseModel } from "../experiment/pretrain/base-model";
import { workspaceOf } from "../files/project";
import { writeWhole } from "../files/whole-file";
import { command } from "./command";
import { flag, output } from "./options";
import { preset } from "./run-options";
import { terminalReporter } from "./terminal";

/** `alcap pretrain`: the small stand-in for facebook/bart-base. */
export const { run, parse } = command({
  name: "pretrain",
  about:
    "Makes the base model that all three methods start from: BART of the preset's size, pre-trained by denoising on the words of " +
    "other songs than the corpus has. Stopped, it goes on where it was. " +
    "Training uses the copy that comes with the project in data/bart-songbook where its recipe is the preset's; this command " +
    "always makes it anew, or goes on with its own.",
  options: {
    preset,
    intermediate: flag("then fine-tune it to write from those songs' lyrics what listeners wrote: another base model"),
    out: output("a folder to copy model.safetensors and tokenizer.json to, in a folder of the base model's name"),
  },
  action: pretrain,
});

interface Given {
  readonly preset: Preset;
  readonly intermediate: boolean;
  readonly out?: string;
}

async function pretrain({ preset: plain, intermediate, out }: Given): Promise<number> {
  const preset = intermediate ? withIntermediateTask(plain) : plain;
  const { cache } = workspaceOf(preset);
  const folder = baseModelFolder(preset, cache);
  const { stages } = await trainBaseModel(preset, cache, terminalReporter());
  const name = baseModelName(preset);
  console.log(name);
  for (const [stage, { best }] of Object.entries(stages)) {
    console.log(`${stage}: held-out loss ${best.score.toFixed(3)} nats a token, after step ${best.step}`);
  }
  if (out !== undefined) {
    for (const { name: file, bytes } of baseModelFiles(folder)) writeWhole(path.join(out, name, file), bytes);
  }
  console.log(path.relative(process.cwd(), out === undefined ? folder : path.join(out, name)));
  return 0;
}
