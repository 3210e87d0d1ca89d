import path from "node:path";
import { parseArgs } from "node:util";
import { AlcapError } from "../errors";
import { modelsFolder } from "../files/project";
import { fetchModel, MODELS, modelName } from "../model/weights";
import { terminalReporter } from "./terminal";

const help = () => `Usage: alcap fetch MODEL

Downloads a public model into data/models, resuming where it stopped and checking size and digest.
MODEL is one of: ${Object.keys(MODELS).join(", ")}.`;

/** `alcap fetch`: a public model onto this disk; offline it says which file to put where. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(help());
    return 0;
  }
  const [name] = positionals;
  if (!name || positionals.length > 1)
    throw new AlcapError("usage", "Give one model.", `Choose one of ${Object.keys(MODELS).join(", ")}.`);
  const models = modelsFolder();
  const folder = await fetchModel(modelName(name), { models, progress: terminalReporter()(`fetching ${name}`) });
  console.log(`${name}: ${path.relative(process.cwd(), String(folder)) || "."}`);
  return 0;
}
