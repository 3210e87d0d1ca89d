/**
 * Standard normal distribution function Φ, to about 1e−15 relative in the middle and 1e−12 in the tails:
 * a series near 0, a continued fraction beyond.
 */
export function normalDistribution(x: number): number {
  const z = Math.abs(x);
  if (z > 38) return x < 0 ? 0 : 1;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let k = 3; term > sum * 1e-17; k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    return 0.5 + Math.sign(x) * density * sum;
  }
  let fraction = z;
  for (let k = 60; k > 0; k--) fraction = z + k / fraction;
  const tail = density / fraction;
  return x < 0 ? tail : 1 - tail;
}

/**
 * Quantile of Student's t: the value below which a t-distributed number falls with probability `p`.
 *
 * @param degrees degrees of freedom, at least 1
 */
export function studentQuantile(p: number, degrees: number): number {
  if (p === 0.5) return 0;
  if (p > 0.5) return -studentQuantile(1 - p, degrees);
  let low = -1;
  while (studentDistribution(low, degrees) > p) low *= 2;
  let high = 0;
  for (let i = 0; i < 200 && high - low > 1e-13 * Math.abs(low); i++) {
    const middle = (low + high) / 2;
    if (studentDistribution(middle, degrees) > p) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** Distribution function of Student's t for `t ≤ 0`, degrees a whole number, by its finite sums (Abramowitz and Stegun 26.7.3 and 26.7.4); normal above 1,000 degrees. */
export function studentDistribution(t: number, degrees: number): number {
  if (degrees > 1000) return normalDistribution(t * (1 - 1 / (4 * degrees)) * (1 + (t * t) / (2 * degrees)) ** -0.5);
  const theta = Math.atan(-t / Math.sqrt(degrees));
  const cosine = Math.cos(theta);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  const middle = odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
  return (1 - middle) / 2;
}

/** Points of Simpson's rule over the spread of a sample's deviation. */
const POINTS = 400;

/**
 * Power of the two-sided t-test: the chance that `|t|` passes the critical value when the true mean is `shift` standard errors from 0
 * (Student's t with that non-centrality), by integrating over the deviation that a sample may show.
 *
 * @param degrees degrees of freedom, a whole number from 1
 * @param size of the test, such as 0.05
 */
export function studentPower(shift: number, degrees: number, size: number): number {
  const critical = studentQuantile(1 - size / 2, degrees);
  const most = 1 + 8 / Math.sqrt(2 * degrees); // in true deviations; what lies beyond adds nothing
  let [weights, power] = [0, 0];
  for (let i = 1; i <= POINTS; i++) {
    const spread = (most * i) / POINTS;
    const logDensity = (degrees - 1) * Math.log(spread) - (degrees * (spread * spread - 1)) / 2; // of √(χ²/degrees), not normalised
    const weight = Math.exp(logDensity) * (i === POINTS ? 1 : i % 2 === 1 ? 4 : 2);
    weights += weight;
    power += weight * (normalDistribution(shift - critical * spread) + normalDistribution(-shift - critical * spread));
  }
  return power / weights;
}
