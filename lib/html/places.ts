/** Finds the places of values in a template where escaping is not enough. */

/** A description of a place where text is dangerous even if escaped; undefined for other places. */
export type Place = string | undefined

interface Position {
  readonly within: keyof typeof BOUNDARIES
  /** The name of the open tag, or of the element that contains the text. */
  readonly element: string
  /** The name of the attribute whose value this is. */
  readonly attribute: string
}

/** The end of each kind of text. After a `<` at the end, a value is the name of the tag. */
const BOUNDARIES = {
  text: /<!--|<\/?[a-z][a-z0-9]*|<\/?$/gi,
  comment: /-->/g,
  tag: /["'>]/g,
  '"': /"/g,
  "'": /'/g,
  script: /<\/script/gi,
  style: /<\/style/gi,
} as const

const START: Position = { within: 'text', element: '', attribute: '' }

const IN_TAG: Position = { within: 'tag', element: '', attribute: '' }

/** Between attributes, or within an unquoted one. */
export const BETWEEN_ATTRIBUTES = 'in a tag and outside of quotes'

type Known = WeakMap<readonly string[], readonly Place[]>

const KNOWN: Known = new WeakMap()
const KNOWN_IN_TAG: Known = new WeakMap()

/** The place of each value between these texts; computed once per template. */
export function placesOf(strings: readonly string[]): readonly Place[] {
  return KNOWN.get(strings) ?? workOut(strings, START, KNOWN)
}

/** The place of each value in a template that is used inside a tag. */
export function placesInTag(strings: readonly string[]): readonly Place[] {
  return KNOWN_IN_TAG.get(strings) ?? workOut(strings, IN_TAG, KNOWN_IN_TAG)
}

function workOut(strings: readonly string[], start: Position, known: Known): readonly Place[] {
  const places: Place[] = []
  let position = start
  for (const text of strings) {
    position = advance(position, text)
    places.push(placeAt(position))
  }
  known.set(strings, places)
  return places
}

function advance(from: Position, text: string): Position {
  let position = from
  let index = 0
  for (;;) {
    const boundary = new RegExp(BOUNDARIES[position.within])
    boundary.lastIndex = index
    const match = boundary.exec(text)
    if (match === null) return position
    position = cross(position, match[0].toLowerCase(), text.slice(index, match.index))
    index = boundary.lastIndex
  }
}

function cross({ within, element }: Position, boundary: string, before: string): Position {
  if (within === 'comment') return START
  if (within === 'text' && boundary === '<!--') return { ...START, within: 'comment' }
  if (within === 'tag' && (boundary === '"' || boundary === "'")) {
    return { within: boundary, element, attribute: /([^\s/=]+)\s*=\s*$/.exec(before)?.[1] ?? '' }
  }
  if (within === 'tag') {
    return element === 'script' || element === 'style'
      ? { ...START, within: element, element }
      : START
  }
  // The boundary leads into a tag: from text, or from the value of an attribute.
  const isTag = within === 'text' || within === 'script' || within === 'style'
  return { within: 'tag', element: isTag ? boundary.slice(1) : element, attribute: '' }
}

function placeAt({ within, attribute }: Position): Place {
  if (within === 'tag') return BETWEEN_ATTRIBUTES
  if (within === 'script' || within === 'style') return `in <${within}>`
  if (/^(?:on|srcdoc$)/i.test(attribute)) return `in the attribute ${attribute}`
  return undefined
}
