import type { DecodeTask } from "./decode";
import { decodeCompressed, muteConsole } from "./decoders";
import type { Stretch } from "./sound";

muteConsole();

/** A worker's task: one file, decoded away from the main thread. */
export default async function decodeTask({ bytes, format, name, middle }: DecodeTask): Promise<Stretch> {
  const { channels, ...about } = await decodeCompressed(bytes, format, name, middle);
  return { ...about, channels: channels.map((channel) => channel.slice()) };
}
