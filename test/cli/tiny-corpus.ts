import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { prepareSongbook, wordRuler } from "alcap/dist/data/corpus";
import { trainBpe } from "alcap/dist/data/text/tokeniser";
import { writeNpz } from "alcap/dist/files/npz";
import { bartParams } from "alcap/dist/model/bart";
import { initialise } from "alcap/dist/model/params";
import { writeSafetensors } from "alcap/dist/model/weights";
import seedrandom from "seedrandom";

/** Sizes of a BART that has every part of facebook/bart-base. */
export const tinyBart = {
  vocabulary: 300,
  width: 16,
  encoderLayers: 6,
  decoderLayers: 1,
  heads: 2,
  inner: 16,
  positions: 40,
  dropout: 0.1,
  attentionDropout: 0.1,
  activationDropout: 0.1,
  initialDeviation: 0.2,
};

/** A prepared corpus of 25 songs, 20 of them for training, with representations `[M, 12]` as the released code keeps them. */
export async function tinyCorpus(folder: string, { audio }: { readonly audio?: "npz" } = {}): Promise<string> {
  const songbook = { seed: 3, songs: 25, testSongs: 3, agreement: 0.5, noise: 0.3 };
  await prepareSongbook({ out: folder, ruler: wordRuler, songbook, audio });
  if (audio) return folder;
  const home = path.join(folder, "audio_embs_15_16000");
  mkdirSync(home);
  for (const id of songIds(folder)) {
    const random = seedrandom(id);
    const data = Float32Array.from({ length: 7 * 12 }, () => random() * 2 - 1);
    writeFileSync(path.join(home, `${id}.npz`), writeNpz({ a: { data, shape: [7, 12] } }));
  }
  return folder;
}

export const songIds = (folder: string) =>
  readFileSync(path.join(folder, "songs.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { id: string }).id);

/** A BART folder as HuggingFace keeps facebook/bart-base: `BartModel`'s names, the embedding table three times. */
export function tinyBartFolder(folder: string, corpus: string): string {
  mkdirSync(folder, { recursive: true });
  const file = trainBpe([readFileSync(path.join(corpus, "df_positive_train.csv"), "utf8")], { vocabSize: tinyBart.vocabulary });
  const { vocab, merges } = file.model as unknown as { vocab: object; merges: string[] };
  writeFileSync(path.join(folder, "vocab.json"), JSON.stringify(vocab));
  writeFileSync(path.join(folder, "merges.txt"), `#version: 0.2\n${merges.join("\n")}\n`);
  writeFileSync(path.join(folder, "config.json"), JSON.stringify(tinyConfig));
  const params = Object.entries(initialise(bartParams(tinyBart), 5)).map(([name, tensor]) => [
    name.replace("model.", ""),
    tensor,
  ]);
  const named = Object.fromEntries(params);
  const table = named["shared.weight"];
  const copies = { "encoder.embed_tokens.weight": table, "decoder.embed_tokens.weight": table };
  writeFileSync(path.join(folder, "model.safetensors"), writeSafetensors({ ...named, ...copies }));
  return folder;
}

/** The fields of facebook/bart-base's configuration that say something about the model. */
export const tinyConfig = {
  activation_function: "gelu",
  vocab_size: tinyBart.vocabulary,
  d_model: tinyBart.width,
  encoder_layers: tinyBart.encoderLayers,
  decoder_layers: tinyBart.decoderLayers,
  encoder_attention_heads: tinyBart.heads,
  decoder_attention_heads: tinyBart.heads,
  encoder_ffn_dim: tinyBart.inner,
  decoder_ffn_dim: tinyBart.inner,
  max_position_embeddings: tinyBart.positions,
  dropout: tinyBart.dropout,
  attention_dropout: tinyBart.attentionDropout,
  activation_dropout: tinyBart.activationDropout,
  init_std: tinyBart.initialDeviation,
  scale_embedding: false,
  normalize_before: false,
  encoder_layerdrop: 0,
  decoder_layerdrop: 0,
  bos_token_id: 0,
  pad_token_id: 1,
  eos_token_id: 2,
  decoder_start_token_id: 2,
};
