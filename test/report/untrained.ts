import { value } from "alcap/dist/engine";
import { recipeHash, recipeOf, runsOf } from "alcap/dist/experiment/run/recipe";
import { captionerOf, weightsFile } from "alcap/dist/experiment/run/run";
import type { Material } from "alcap/dist/experiment/run/songbook-material";
import { writeWhole } from "alcap/dist/files/whole-file";
import { captionerParams } from "alcap/dist/model/alcap";
import { initialise } from "alcap/dist/model/params";
import { writeSafetensors } from "alcap/dist/model/weights";
import { bartTokens } from "alcap/dist/recipe";

/**
 * Leaves weights where a preset's runs look for those that they trained: drawn so wide that captions follow every word of the lyrics, as
 * those of a model trained for seconds do not. The runs are then recorded with them.
 */
export function plantWeights(material: Material): void {
  const { text, preset } = material;
  for (const name of runsOf(preset)) {
    const captioner = captionerOf({ ...material, text: { ...text, initialDeviation: 0.5 } }, name.method);
    const unlikely = Float32Array.from({ length: text.vocabulary }, (_, id) => (id <= bartTokens.eos ? -50 : 0));
    const params = {
      ...initialise(captionerParams(captioner), name.seed),
      final_logits_bias: value(unlikely, [1, text.vocabulary]), // captions of full length
    };
    const curve = { steps: [{ step: 1, losses: { caption: 1 } }], evaluations: [] };
    const about = JSON.stringify({ best: { step: 1, score: 1 }, curve });
    const recipe = recipeHash(recipeOf(material, name));
    writeWhole(weightsFile(material, name), writeSafetensors(params, { recipe, about }));
  }
}
