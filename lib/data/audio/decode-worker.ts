import { parentPort, workerData } from "node:worker_threads";
import type { DecodeAnswer, DecodeTask } from "./decode";
import { decodeCompressed } from "./decoders";

// One file, decoded away from the main thread; the samples are handed over, not copied.
async function answer({ bytes, format, name }: DecodeTask): Promise<void> {
  const reply: DecodeAnswer = await decodeCompressed(bytes, format, name).then(
    ({ sampleRate, channels }) => ({ audio: { sampleRate, channels: channels.map((channel) => channel.slice()) } }),
    () => ({ failed: true }),
  );
  parentPort?.postMessage(reply, "audio" in reply ? reply.audio.channels.map((channel) => channel.buffer as ArrayBuffer) : []);
}

void answer(workerData);
