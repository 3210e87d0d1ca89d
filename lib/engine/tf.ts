import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";

// Plain Node imports of tfjs-core register no gradients; the build bundles its gradient table (the registry is global).
require("../vendor/tfjs-gradients.js");

// Keeps the pure-JavaScript backend from advertising tfjs-node on stderr.
tf.enableProdMode();

export { tf };
