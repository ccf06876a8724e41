/** Detects patterns that are slow for some paths. */

/** The maximum number of ways to match a text: that of three open repetitions over 256 characters. */
const MOST_WAYS = 256 ** 3

const BACK_REFERENCE = /\\[1-9k]/
const LOOK_AROUND = /\(\?<?[=!]/
const GROUP = /\((?:\?(?:[a-z-]*:|<\w*>))?([^()]*)\)([*+]|\{[0-9]+(?:,[0-9]*)?\})?/
/** A choice of the matcher. A lazy `?` after a quantifier is counted as another choice, to be safe. */
const CHOICE = /[*+|\u0001]|(?<!\()\?|\{[0-9]+,([0-9]*)\}/
const CHOICES = new RegExp(CHOICE, 'g')

/**
 * Checks that the time of a pattern cannot grow exponentially, and that it does not have so many
 * repetitions and options that a text of the maximum length would take long.
 *
 * @throws TypeError if the pattern could be slow.
 */
export function assertFastPattern(name: string, source: string, maxLength: number): void {
  // Escapes and character classes match one character, like a letter.
  const classless = source.replace(/\\[^1-9k]/g, 'x').replace(/\[(?:\\.|[^\]\\])*\]/g, 'x')
  const fault = faultOf(classless, maxLength)
  if (fault === undefined) return
  throw new TypeError(
    `registerConvertor: the pattern of "${name}" must be safe from slow matching, /${source}/ has ${fault}. ` +
      'Write a simpler pattern, lower maxLength, or check the rest in convert(), which may throw.',
  )
}

function faultOf(classless: string, maxLength: number): string | undefined {
  if (BACK_REFERENCE.test(classless)) return 'a back-reference'
  if (LOOK_AROUND.test(classless)) return 'a look-around'
  if (hasRepeatedChoice(classless)) {
    return 'a repetition, an option or an alternative within a repeated group'
  }
  if (waysToMatch(classless, maxLength) <= MOST_WAYS) return undefined
  return `too many repetitions and options for ${maxLength} characters`
}

/**
 * Whether a repeated group contains a choice. It works from the innermost group outwards: a group becomes
 * "x", or U+0001 if it contains a choice.
 */
function hasRepeatedChoice(source: string): boolean {
  let text = source
  for (;;) {
    const group = GROUP.exec(text)
    if (group === null) return false
    const [whole, inner = '', repeated = ''] = group
    const choice = CHOICE.test(inner)
    if (choice && repeated !== '') return true
    text = text.replace(whole, () => (choice || CHOICE.test(repeated) ? '\u0001' : 'x'))
  }
}

/**
 * The number of ways to match a text. Every choice multiplies it; an exact count such as `{4}` is not a
 * choice.
 */
function waysToMatch(source: string, maxLength: number): number {
  let ways = 1
  for (const [choice, most] of source.matchAll(CHOICES)) {
    if (choice === '?' || choice === '|') ways *= 2
    else ways *= most ? Math.min(Number(most) + 1, maxLength) : maxLength
  }
  return ways
}
