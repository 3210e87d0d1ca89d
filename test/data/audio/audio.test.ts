import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { type Audio, decodeAudio, loadAudio, readWav, sniffFormat, writeWav } from "alcap/dist/data/audio";
import fc from "fast-check";
import { fixture, tryRun, unless } from "../mutate";

const input = { name: "AlcapError", code: "input" };
const dir = mkdtempSync(path.join(tmpdir(), "alcap-audio-"));
const tone = (ending: string) => new Uint8Array(readFileSync(fixture(`audio/tone.${ending}`)));

/** How much of a sine of this frequency a signal holds: its amplitude. */
function amplitude(x: Float32Array, hertz: number, sampleRate: number): number {
  let re = 0;
  let im = 0;
  for (let i = 0; i < x.length; i++) {
    re += x[i]! * Math.cos((2 * Math.PI * hertz * i) / sampleRate);
    im += x[i]! * Math.sin((2 * Math.PI * hertz * i) / sampleRate);
  }
  return (2 * Math.hypot(re, im)) / x.length;
}

// The fixtures hold half a second: 440 Hz on the left and 1320 Hz on the right, amplitude 0.25.
for (const [ending, format] of [
  ["mp3", "mp3"],
  ["flac", "flac"],
  ["ogg", "ogg-vorbis"],
  ["opus", "ogg-opus"],
  ["oga", "ogg-flac"],
] as const)
  test(`${format} is decoded, channel by channel`, async () => {
    const bytes = tone(ending);
    assert.equal(sniffFormat(bytes), format);
    const { sampleRate, channels } = await decodeAudio(bytes);
    assert.equal(sampleRate, ending === "opus" ? 48000 : 44100);
    assert.equal(channels.length, 2);
    for (const [c, hertz] of [440, 1320].entries()) {
      const x = channels[c] ?? new Float32Array();
      assert.ok(Math.abs(x.length / sampleRate - 0.5) < 0.01, `${x.length} samples`);
      const middle = x.subarray(0.1 * sampleRate, 0.4 * sampleRate);
      assert.ok(Math.abs(amplitude(middle, hertz, sampleRate) - 0.25) < 0.02);
      assert.ok(amplitude(middle, 1760 - hertz, sampleRate) < 0.005, "the other channel is not in it");
    }
  });

test("a lossless format gives the samples of the wav it was made from", async () => {
  const { channels } = await decodeAudio(tone("flac"));
  const left = channels[0] ?? new Float32Array();
  const again = (await decodeAudio(tone("oga"))).channels[0];
  assert.deepEqual(left, again);
  for (const i of [1, 100, 20000]) assert.ok(Math.abs(left[i]! - 0.25 * Math.sin((2 * Math.PI * 440 * i) / 44100)) < 1e-4);
});

const ffmpeg = unless(tryRun("ffmpeg", ["-version"]) !== undefined, "ffmpeg is not installed");
test("mp3 samples are ffmpeg's", { skip: ffmpeg }, async () => {
  const raw = path.join(dir, "tone.f32");
  assert.notEqual(tryRun("ffmpeg", ["-v", "error", "-y", "-i", fixture("audio/tone.mp3"), "-f", "f32le", raw]), undefined);
  const { buffer } = new Uint8Array(readFileSync(raw));
  const theirs = new Float32Array(buffer);
  const { channels } = await decodeAudio(tone("mp3"));
  const left = channels[0] ?? new Float32Array();
  assert.ok(Math.abs(theirs.length / 2 - left.length) <= 1152, "at most a frame of padding apart");
  for (let i = 0; i < left.length; i++) assert.ok(Math.abs((theirs[2 * i] ?? 0) - left[i]!) < 1e-4, `sample ${i}`);
});

test("wav comes back within half a step of 16 bits, clipped at full scale", () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ min: -1.5, max: 1.5, noNaN: true }), { minLength: 1 }),
      fc.constantFrom(8000, 16000, 44100),
      (samples, rate) => {
        const { sampleRate, channels } = readWav(writeWav(Float32Array.from(samples), rate), "x.wav");
        assert.equal(sampleRate, rate);
        assert.equal(channels.length, 1);
        for (const [i, x] of samples.entries()) {
          const kept = Math.max(-1, Math.min(1 - 2 ** -15, x));
          assert.ok(Math.abs(channels[0]![i]! - kept) <= 2 ** -16 + 1e-9);
        }
      },
    ),
    { seed: 2, numRuns: 200 },
  );
});

/** A wav of any coding around raw sample bytes. */
function wav(
  coding: number,
  channels: number,
  rate: number,
  bits: number,
  data: Uint8Array,
  before: Uint8Array = new Uint8Array(),
): Uint8Array {
  const header = Buffer.alloc(36);
  header.write("RIFF", 0);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(coding, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt16LE(bits, 34);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  return Buffer.concat([header, before, Buffer.from("data"), size, data]);
}

test("wav of every width, with other chunks before the sound, odd ones padded", async () => {
  const float = new Uint8Array(Float32Array.of(0.5, -0.25).buffer);
  const double = new Uint8Array(Float64Array.of(0.5, -0.25).buffer);
  const odd = Buffer.from("LIST\x03\x00\x00\x00abc\x00", "latin1");
  const cases: [number, number, Uint8Array][] = [
    [1, 8, Uint8Array.of(192, 96)],
    [1, 16, Uint8Array.of(0, 0x40, 0, 0xe0)],
    [1, 24, Uint8Array.of(0, 0, 0x40, 0, 0, 0xe0)],
    [1, 32, Uint8Array.of(0, 0, 0, 0x40, 0, 0, 0, 0xe0)],
    [3, 32, float],
    [3, 64, double],
  ];
  for (const [coding, bits, data] of cases) {
    const mono = await decodeAudio(wav(coding, 1, 22050, bits, data, odd));
    assert.deepEqual(mono, { sampleRate: 22050, channels: [Float32Array.of(0.5, -0.25)] }, `${bits} bits`);
    const stereo = await decodeAudio(wav(coding, 2, 22050, bits, data));
    assert.deepEqual(stereo.channels, [Float32Array.of(0.5), Float32Array.of(-0.25)], `${bits} bits`);
  }
});

test("wav that is cut short, streamed or broken", async () => {
  const whole = wav(1, 1, 16000, 16, new Uint8Array(2000));
  assert.equal((await decodeAudio(whole.subarray(0, whole.length - 500))).channels[0]?.length, 750);
  const streamed = Buffer.from(whole);
  streamed.writeUInt32LE(0xffffffff, 40);
  assert.equal((await decodeAudio(streamed)).channels[0]?.length, 1000);
  const broken: [Uint8Array, RegExp][] = [
    [wav(1, 1, 16000, 12, new Uint8Array(8)), /12 bits/],
    [wav(85, 1, 16000, 16, new Uint8Array(8)), /coding 85/],
    [wav(1, 0, 16000, 16, new Uint8Array(8)), /no channels/],
    [wav(1, 1, 3, 16, new Uint8Array(8)), /3 Hz/],
    [wav(3, 1, 16000, 32, new Uint8Array(Float32Array.of(Number.NaN).buffer)), /not numbers/],
    [whole.subarray(0, 36), /without sound data/],
    [whole.subarray(0, 44), /no sound/],
    [Buffer.concat([whole.subarray(0, 12), Buffer.from("data\x04\x00\x00\x00abcd")]), /format comes after/],
  ];
  for (const [bytes, message] of broken)
    await assert.rejects(
      decodeAudio(bytes, "x.wav"),
      (error: Error) => error.message.startsWith("x.wav ") && message.test(error.message),
      String(message),
    );
});

test("what is no song is said in one line", async () => {
  const text = path.join(dir, "lyrics.mp3");
  writeFileSync(text, "These are words, and no more than words.\n".repeat(200));
  await assert.rejects(loadAudio(text), {
    ...input,
    message: `${text} is not mp3, wav, flac or ogg audio. Give a song in one of these formats; its content counts, not its name.`,
  });
  await assert.rejects(loadAudio(path.join(dir, "no.mp3")), { ...input, message: /There is no file .*no\.mp3/ });
  await assert.rejects(loadAudio(dir), { ...input, message: /is a folder/ });
  await assert.rejects(loadAudio(new Uint8Array(0)), input);
  await assert.rejects(loadAudio(new Uint8Array(5000)), input);
  await assert.rejects(decodeAudio(tone("ogg").subarray(0, 3000), "x.ogg"), {
    ...input,
    message: /^Nothing in x\.ogg can be decoded/,
  });
});

test("a name does not matter, and a file that is cut short gives what it holds", async () => {
  const misnamed = path.join(dir, "song.wav");
  writeFileSync(misnamed, tone("mp3"));
  assert.equal((await loadAudio(misnamed)).length, 8000);
  const bytes = tone("mp3");
  const cut = await loadAudio(bytes.subarray(0, Math.floor(bytes.length * 0.7)));
  assert.ok(cut.length > 4000 && cut.length < 8000, `${cut.length} samples`);
});

test("cover art before the sound is not taken for sound", async () => {
  const art = Buffer.alloc(4000, 0xff); // looks like frame after frame
  const size = Buffer.from([0, 0, (art.length >> 7) & 0x7f, art.length & 0x7f]);
  const song = Buffer.concat([Buffer.from("ID3\x04\x00\x00", "latin1"), size, art, tone("mp3").subarray(0)]);
  assert.equal(sniffFormat(song), "mp3");
  const { channels } = await decodeAudio(song);
  assert.ok(Math.abs((channels[0]?.length ?? 0) - 22050) < 1200);
});

test("the sound of an ogg file with another stream in it is found", async () => {
  const sound = Buffer.from(tone("ogg"));
  const pages: Buffer[] = [];
  for (let at = 0; at < sound.length; ) {
    const next = sound.indexOf("OggS", at + 4);
    pages.push(sound.subarray(at, next < 0 ? sound.length : next));
    at = next < 0 ? sound.length : next;
  }
  const film = (flags: number) => {
    const page = Buffer.alloc(27 + 1 + 7);
    page.write("OggS");
    page[5] = flags;
    page.writeUInt32LE(77, 14); // its serial number
    page[26] = 1;
    page[27] = 7;
    page.write("\x80theora", 28, "latin1");
    return page;
  };
  const both = Buffer.concat([film(2), ...pages.flatMap((page) => [page, film(0)])]);
  assert.equal(sniffFormat(both), "ogg-vorbis");
  assert.deepEqual(await decodeAudio(both), await decodeAudio(tone("ogg")));
  assert.equal(sniffFormat(film(2)), undefined, "a film alone is no song");
});

test("sound at another scale than 1 is refused", async () => {
  const loud = wav(3, 1, 16000, 32, new Uint8Array(new Float32Array(100).fill(10_000).buffer));
  await assert.rejects(decodeAudio(loud, "x.wav"), { code: "input", message: /a sample of 10000, and full scale is 1/ });
});

test("channels are averaged", async () => {
  const interleaved = Float32Array.of(0.5, -0.25, 0.25, 0.25);
  const mono = await loadAudio(wav(3, 2, 16000, 32, new Uint8Array(interleaved.buffer)));
  assert.deepEqual([...mono], [0.125, 0.25]);
  const silent: Audio = await decodeAudio(writeWav(new Float32Array(16000), 16000));
  assert.ok(
    silent.channels[0]?.every((sample) => sample === 0),
    "silence stays silence",
  );
});
