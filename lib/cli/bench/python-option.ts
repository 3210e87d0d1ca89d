export { python } from "./bench-options";
