/** Tells patterns that a path could make slow from those that it cannot. */

/**
 * Refuses patterns whose time could grow faster than a polynomial of low degree: with the limit on
 * the length of the text, what remains is bounded (three open repetitions over 256 characters are
 * under three million steps).
 */
export function assertFastPattern(name: string, source: string): void {
  const classless = source.replace(/\\[^1-9k]/g, 'x').replace(/\[(?:\\.|[^\]\\])*\]/g, 'x')
  const fault = /\\[1-9k]/.test(classless)
    ? 'a back-reference'
    : /\(\?(?:[=!]|<[=!])/.test(classless)
      ? 'a look-around'
      : hasRepeatedChoice(classless)
        ? 'a repetition or an alternative within a repeated group'
        : (classless.match(/[*+]|\{[0-9]+,[0-9]*\}/g)?.length ?? 0) > 3
          ? 'more than three open repetitions'
          : undefined
  if (fault === undefined) return
  throw new TypeError(
    `registerConvertor: the pattern of "${name}" must not be able to be slow, /${source}/ has ${fault}. ` +
      'Write a simpler pattern and check the rest in convert(), which may throw.',
  )
}

/** Works from the innermost groups outwards; a group becomes "x", or "r" when it holds a choice. */
function hasRepeatedChoice(source: string): boolean {
  let text = source
  for (;;) {
    const group = /\((?:\?(?::|<[^>]*>))?([^()]*)\)([*+]|\{[0-9]+(?:,[0-9]*)?\})?/.exec(text)
    if (group === null) return false
    const [whole, inner = '', repeated] = group
    const choice = /[*+|\u0001]|\{/.test(inner)
    if (choice && repeated !== undefined) return true
    text = text.replace(whole, () => (choice || repeated !== undefined ? '\u0001' : 'x'))
  }
}
