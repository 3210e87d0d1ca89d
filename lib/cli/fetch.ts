import path from "node:path";
import { modelsFolder } from "../files/project";
import { fetchModel, MODELS, modelName } from "../model/weights";
import { command } from "./command";
import { required, single } from "./options";
import { terminalReporter } from "./terminal";

/** `alcap fetch`: a public model onto this disk; offline it says which file to put where. */
export const { run, parse } = command({
  name: "fetch",
  about: "Downloads a public model into data/models, resuming where it stopped and checking size and digest.",
  arguments: { model: required(single("MODEL", `one of ${Object.keys(MODELS).join(", ")}`, modelName)) },
  action: async ({ model }) => {
    const folder = await fetchModel(model, { models: modelsFolder(), progress: terminalReporter()(`fetching ${model}`) });
    console.log(`${model}: ${path.relative(process.cwd(), folder) || "."}`);
    return 0;
  },
});
