import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeAudio, excerpt, loadAudio, loadExcerpt, loadMiddle, writeWav } from "alcap/dist/data/audio";
import { decodeMiddle } from "alcap/dist/data/audio/decode";
import { sharedFile } from "../../shared";
import { fixture } from "../mutate";

const tone = (ending: string) => new Uint8Array(readFileSync(fixture(`audio/tone.${ending}`)));

test("the excerpt is the middle; what is shorter is padded with silence at its end", async () => {
  const x = Float32Array.from({ length: 100 }, (_, i) => i);
  assert.deepEqual(
    [...excerpt(x, 10, 4)],
    Array.from({ length: 40 }, (_, i) => 30 + i),
  );
  assert.deepEqual([...excerpt(x.subarray(0, 3), 1, 5)], [0, 1, 2, 0, 0]);
  assert.equal(excerpt(new Float32Array(0)).length, 240000);
  const short = await loadExcerpt(writeWav(new Float32Array(3200).fill(0.5), 16000)); // 0.2 s
  assert.equal(short.length, 240000);
  assert.deepEqual([short[3199], short[3200]], [0.5, 0]);
});

test("an excerpt cut before resampling equals one cut after, to the bit", async () => {
  for (const rate of [16000, 22050, 44100, 48000]) {
    const song = writeWav(
      Float32Array.from({ length: 2 * rate + 7 }, (_, i) => 0.3 * Math.sin(i * i * 1e-5)),
      rate,
    );
    assert.deepEqual(await loadExcerpt(song, 0.5), excerpt(await loadAudio(song), 0.5), `${rate} Hz`);
  }
});

/** The tone's frames over and over, under a tag that says how many there are. */
function longMp3(times: number): Uint8Array {
  const tag = tone("mp3").slice(20, 228);
  const frames = tone("mp3").subarray(228);
  new DataView(tag.buffer).setUint32(4 + 32 + 8, 21 * times);
  return Uint8Array.from([...tag, ...Array.from({ length: times }, () => [...frames]).flat()]);
}

test("of an mp3 only the middle is decoded, to the bit as in the whole; damage or a tag that lies means all of it", async () => {
  const wholeExcerpt = async (song: Uint8Array) => excerpt(await loadAudio(song), 1.5);
  for (const times of [12, 13, 14]) {
    const song = longMp3(times);
    const part = await decodeMiddle(song, 1.5);
    const whole = await decodeAudio(song);
    assert.equal(part.whole?.length, whole.channels[0]?.length);
    assert.ok((part.channels[0]?.length ?? 0) < 4.2 * 44_100, "seconds decoded");
    assert.deepEqual(await loadExcerpt(song, 1.5), await wholeExcerpt(song));
  }
  const lying = longMp3(12);
  lying[47] = 3;
  const damaged = longMp3(12);
  damaged.fill(0, 4000, 4400);
  for (const song of [lying, damaged, longMp3(12).subarray(208), longMp3(12).subarray(0, 30_000), tone("mp3")]) {
    assert.ok(((await decodeMiddle(song, 1.5)).channels[0]?.length ?? 0) < 4.2 * 44_100, "seconds held");
    assert.deepEqual(await loadExcerpt(song, 1.5), await wholeExcerpt(song));
  }
});

const song = sharedFile("songs/miedo.mp3");
test("of a whole song only the middle is decoded, to the bit", { skip: song.skip }, async () => {
  const [middle = new Float32Array(0)] = (await loadMiddle(song.file)).channels;
  assert.deepEqual(middle, excerpt(await loadAudio(song.file)));
});

/** Other songs than those of whole seconds: long and short, at rates with and without a fast transform. */
test("the middle of a part is that of the whole, to the bit, at any rate", async () => {
  for (const rate of [8000, 11_025, 16_001, 44_100, 44_103, 96_000, 192_000]) {
    const sound = Float32Array.from({ length: 2 * rate + 13 }, (_, i) => 0.3 * Math.sin(i * i * 1e-5));
    const song = writeWav(sound, rate);
    const part = await decodeMiddle(song, 0.25);
    assert.deepEqual(await loadExcerpt(song, 0.25), excerpt(await loadAudio(song), 0.25), `${rate} Hz`);
    assert.ok(part.whole?.length === sound.length && (part.channels[0]?.length ?? 0) < sound.length, `${rate} Hz`);
  }
});

interface AtOnce {
  readonly ready: Promise<void>;
  decode?(song: Uint8Array): unknown;
  decodeFile?(song: Uint8Array): unknown;
  free(): void;
}
const decoders: Readonly<Record<string, () => Promise<AtOnce>>> = {
  mp3: async () => new (await import("mpg123-decoder")).MPEGDecoder(),
  flac: async () => new (await import("@wasm-audio-decoders/flac")).FLACDecoder(),
  oga: async () => new (await import("@wasm-audio-decoders/flac")).FLACDecoder(),
  ogg: async () => new (await import("@wasm-audio-decoders/ogg-vorbis")).OggVorbisDecoder(),
  opus: async () => new (await import("ogg-opus-decoder")).OggOpusDecoder(),
};
for (const [ending, open] of Object.entries(decoders))
  test(`${ending}: piece by piece comes, to the bit, what its decoder gives at once`, async () => {
    const decoder = await open();
    await decoder.ready;
    const song = tone(ending).subarray(ending === "mp3" ? 20 : 0); // past the tag
    const { channelData } = ((await (decoder.decodeFile ?? decoder.decode)?.call(decoder, song)) ?? assert.fail()) as {
      channelData: Float32Array[];
    };
    decoder.free();
    const { channels } = await decodeAudio(song);
    assert.deepEqual(
      channels,
      channelData.map((channel) => channel.slice()),
    );
    assert.ok((channels[0]?.length ?? 0) > 20_000);
  });
