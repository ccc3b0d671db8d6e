/**
 * Distributions, to about 13 digits. Sources of the algorithms: W. H. Press and others, Numerical
 * Recipes, third edition (2007), sections 6.1, 6.2 and 6.4.
 */

/** Coefficients of Lanczos' approximation for g = 607/128. */
const LANCZOS = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746,
  -0.4919138160976202, 3.399464998481189e-5, 4.652362892704858e-5, -9.837447530487956e-5,
  1.580887032249125e-4, -2.1026444172410488e-4, 2.1743961811521265e-4, -1.643181065367639e-4,
  8.441822398385275e-5, -2.6190838401581408e-5, 3.6899182659531625e-6,
]

/** The logarithm of the gamma function, for x > 0. */
function logGamma(x: number): number {
  const shifted = x + 5.2421875
  const series = LANCZOS.reduce(
    (sum, coefficient, index) => (index === 0 ? coefficient : sum + coefficient / (x + index)),
    0,
  )
  return (x + 0.5) * Math.log(shifted) - shifted + Math.log((Math.sqrt(2 * Math.PI) * series) / x)
}

const SMALLEST = Number.MIN_VALUE / Number.EPSILON
const MOST_TERMS = 10_000

/** The regularised lower incomplete gamma function P(a, x), for a > 0 and x >= 0. */
function gammaBelow(a: number, x: number): number {
  if (x <= 0) return 0
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? scale * gammaSeries(a, x) : 1 - scale * gammaFraction(a, x)
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < MOST_TERMS && term > sum * Number.EPSILON; n += 1) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

function gammaFraction(a: number, x: number): number {
  return continuedFraction(x + 1 - a, (n) => ({ above: -n * (n - a), below: x + 1 - a + 2 * n }))
}

/** Lentz's method: 1 / (first + above(1) / (below(1) + above(2) / (below(2) + …))). */
function continuedFraction(
  first: number,
  termOf: (n: number) => { readonly above: number; readonly below: number },
): number {
  const nonZero = (value: number) => (Math.abs(value) < SMALLEST ? SMALLEST : value)
  let c = 1 / SMALLEST
  let d = 1 / nonZero(first)
  let value = d
  for (let n = 1; n < MOST_TERMS; n += 1) {
    const { above, below } = termOf(n)
    d = 1 / nonZero(above * d + below)
    c = nonZero(below + above / c)
    value *= d * c
    if (Math.abs(d * c - 1) <= Number.EPSILON) break
  }
  return value
}

/** The regularised incomplete beta function I_x(a, b), for a, b > 0 and x from 0 to 1. */
function betaBelow(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const scale = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  )
  return x < (a + 1) / (a + b + 2)
    ? (scale * betaFraction(x, a, b)) / a
    : 1 - (scale * betaFraction(1 - x, b, a)) / b
}

function betaFraction(x: number, a: number, b: number): number {
  const even = (m: number) => (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
  const odd = (m: number) => (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
  return continuedFraction(1, (n) => ({
    above: n % 2 === 0 ? even(n / 2) : odd((n - 1) / 2),
    below: 1,
  }))
}

/** The point below which a share `p` of chi-square with `df` degrees of freedom lies. */
export const chiSquareQuantile = (p: number, df: number): number =>
  inverse(p, (x) => gammaBelow(df / 2, x / 2))

/** The point below which a share `p` of Beta(a, b) lies. */
export const betaQuantile = (p: number, a: number, b: number): number =>
  bisect(p, (x) => betaBelow(x, a, b), 0, 1)

/** The chance that chi-square with `df` degrees of freedom exceeds `x`. */
export const chiSquareAbove = (x: number, df: number): number => 1 - gammaBelow(df / 2, x / 2)

/** Where an increasing function of x >= 0 reaches `p`. */
function inverse(p: number, cumulative: (x: number) => number): number {
  let high = 1
  while (cumulative(high) < p) high *= 2
  return bisect(p, cumulative, 0, high)
}

/** To the last bit. */
function bisect(p: number, cumulative: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to]
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (cumulative(middle) < p) low = middle
    else high = middle
  }
}

/** Student's t: the point below which a share `p` of it lies, `p` from 0.5 to below 1, whole `df`. */
export function tQuantile(p: number, df: number): number {
  const within = 2 * p - 1
  let low = 0
  let high = 1
  while (tWithin(high, df) < within) high *= 2
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (tWithin(middle, df) < within) low = middle
    else high = middle
  }
}

/**
 * The chance that |t| with whole `df` is at most `t`: a finite sum for every number of degrees of
 * freedom. M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
 */
function tWithin(t: number, df: number): number {
  const angle = Math.atan(t / Math.sqrt(df))
  const cosSquared = Math.cos(angle) ** 2
  const isOdd = df % 2 === 1
  if (df === 1) return (2 * angle) / Math.PI
  let term = isOdd ? Math.cos(angle) : 1
  let series = term
  for (let k = isOdd ? 3 : 2; k < df; k += 2) {
    term *= (cosSquared * (k - 1)) / k
    series += term
  }
  const area = Math.sin(angle) * series
  return isOdd ? (2 / Math.PI) * (angle + area) : area
}
