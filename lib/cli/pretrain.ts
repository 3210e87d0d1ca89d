import path from "node:path";
import { parseArgs } from "node:util";
import { presetNamed } from "../experiment/preset/songbook";
import { baseModelFiles, baseModelFolder, baseModelName, trainBaseModel } from "../experiment/pretrain/base-model";
import { workspaceOf } from "../files/project";
import { writeWhole } from "../files/whole-file";
import { terminalReporter } from "./terminal";

const help = `Usage: alcap pretrain [--preset smoke|quick|standard] [--out DIR]

Makes the base model that all three methods start from: BART of the preset's size, pre-trained by denoising on the words of
other songs than the corpus has, then fine-tuned to write from their lyrics what listeners wrote. Stopped, it goes on where it was.
Training uses the copy that comes with the project in data/bart-songbook where its recipe is the preset's; this command always
makes it anew, or goes on with its own.

  --preset  whose sizes, songs and plan (default quick)
  --out     a folder to copy model.safetensors and tokenizer.json to, in a folder of the base model's name`;

/** `alcap pretrain`: the small stand-in for facebook/bart-base. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { preset: { type: "string", default: "quick" }, out: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const preset = presetNamed(values.preset);
  const { cache } = workspaceOf(preset);
  const folder = baseModelFolder(preset, cache);
  const { stages } = await trainBaseModel(preset, cache, terminalReporter());
  const name = baseModelName(preset);
  console.log(name);
  for (const [stage, { best }] of Object.entries(stages)) {
    console.log(`${stage}: held-out loss ${best.score.toFixed(3)} nats a token, after step ${best.step}`);
  }
  if (values.out !== undefined) {
    for (const { name: file, bytes } of baseModelFiles(folder)) writeWhole(path.join(values.out, name, file), bytes);
  }
  console.log(path.relative(process.cwd(), values.out === undefined ? folder : path.join(values.out, name)));
  return 0;
}
