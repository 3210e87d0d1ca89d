export { casualFrames } from "./casual";
export { expertFrames } from "./expert";
export { autobiographicalFrames } from "./own-story";
export { offTopicFrames, vagueFrames } from "./remarks";
export { times } from "./times";
export { trollFrames } from "./troll";
