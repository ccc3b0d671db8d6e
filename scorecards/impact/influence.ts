/** The value at a place that exists. */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number // Callers count from 0 to below the length.
}

/**
 * The standard error of an estimate whose influence on each unit is given: √Σψ² / n. Of clusters,
 * the influences are first summed within each.
 */
export function standardError(influence: Float64Array, clusters: Int32Array | null): number {
  return Math.sqrt(innerProduct(influence, influence, clusters)) / influence.length
}

/** Σ ψ φ over units, or over clusters after summing within each. */
export function innerProduct(
  one: Float64Array,
  other: Float64Array,
  clusters: Int32Array | null,
): number {
  if (clusters !== null) {
    return innerProduct(clusterSums(one, clusters), clusterSums(other, clusters), null)
  }
  let sum = 0
  for (let index = 0; index < one.length; index += 1) sum += at(one, index) * at(other, index)
  return sum
}

function clusterSums(influence: Float64Array, clusters: Int32Array): Float64Array {
  const sums = new Float64Array(influence.length)
  for (let index = 0; index < influence.length; index += 1) {
    const cluster = at(clusters, index)
    sums[cluster] = at(sums, cluster) + at(influence, index)
  }
  return sums
}

/** Σ weight × influence, unit by unit. */
export function combine(
  parts: readonly { readonly weight: number; readonly influence: Float64Array }[],
  units: number,
): Float64Array {
  const sum = new Float64Array(units)
  for (const { weight, influence } of parts) {
    for (let index = 0; index < units; index += 1) {
      sum[index] = at(sum, index) + weight * at(influence, index)
    }
  }
  return sum
}
