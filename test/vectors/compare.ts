/**
 * Where `actual` is not what a vector expects, one line for each place; empty when it is. The rules
 * are those in the head of the vector file: numbers within `tolerance`, null equals only null (a
 * missing key counts as null), arrays in order, further keys of an object are ignored.
 */
export function differences(
  actual: unknown,
  expected: unknown,
  tolerance: number,
  place = '',
): string[] {
  if (typeof expected === 'number' && typeof actual === 'number') {
    const isNear = Math.abs(actual - expected) <= tolerance
    return isNear ? [] : [tell(place, actual, expected)]
  }
  if (Array.isArray(expected)) return listDifferences(actual, expected, tolerance, place)
  if (isObject(expected)) {
    if (!isObject(actual)) return [tell(place, actual, expected)]
    return Object.entries(expected).flatMap(([key, value]) =>
      differences(actual[key], value, tolerance, `${place}.${key}`),
    )
  }
  return (actual ?? null) === expected ? [] : [tell(place, actual, expected)]
}

function listDifferences(
  actual: unknown,
  expected: readonly unknown[],
  tolerance: number,
  place: string,
): string[] {
  if (!Array.isArray(actual) || actual.length !== expected.length) {
    return [tell(place, actual, expected)]
  }
  return expected.flatMap((value, index) =>
    differences(actual[index], value, tolerance, `${place}[${index}]`),
  )
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const tell = (place: string, actual: unknown, expected: unknown) =>
  `${place || 'result'}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual ?? null)}`
