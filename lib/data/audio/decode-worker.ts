import type { DecodeTask } from "./decode";
import { decodeCompressed, muteConsole } from "./decoders";
import type { Audio } from "./sound";

muteConsole();

/** A worker's task: one file, decoded away from the main thread. */
export default async function decodeTask({ bytes, format, name }: DecodeTask): Promise<Audio> {
  const { sampleRate, channels } = await decodeCompressed(bytes, format, name);
  return { sampleRate, channels: channels.map((channel) => channel.slice()) };
}
