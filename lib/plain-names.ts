/** A name as records spell it, as words: `how_to` is `how to`, and `chartMean` `chart mean`. */
export const plainName = (name: string): string =>
  name
    .replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replaceAll('_', ' ')

/** `text` with such names in it as words; what begins with a capital, such as `GitHub`, stays. */
export const withPlainNames = (text: string): string =>
  text.replaceAll(
    /(?<![\w./`-])[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*|_[a-z0-9]+)+(?![\w/-]|\.\w)/g,
    plainName,
  )
