/** Ranges of bytes: what a `Range` field asks for (RFC 9110 section 14). */

/** Bytes from `start` to before `end`, as `slice` takes them. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** More than a reader of films or documents asks for at once, few enough to cost nothing. */
export const MAX_RANGES = 32

/**
 * Finds the ranges that are to be sent: in the order asked for, apart from each other, within the size.
 *
 * Ranges that overlap or touch are joined, at the place of the first of them; those outside are left
 * out. The last bytes of nothing are all of it. A field that is not valid, is
 * of another unit, or has too many ranges is ignored, as RFC 9110 section 14.2 has it.
 *
 * @param field The value of `Range`, or null when there is none.
 * @param size The length of the whole, in bytes.
 * @param maxRanges How many ranges a field may have (32).
 * @returns The ranges; none of them for "not satisfiable" (416); null when the whole is to be sent.
 * @example
 * parseRange('bytes=-5, 0-4', 100) // [{ start: 95, end: 100 }, { start: 0, end: 5 }]
 * parseRange('bytes=100-', 100) // []
 * parseRange('lines=1-2', 100) // null
 */
export function parseRange(
  field: string | null,
  size: number,
  maxRanges: number = MAX_RANGES,
): ByteRange[] | null {
  if (field === null || !UNIT.test(field)) return null
  const specs = field.slice('bytes='.length).split(',', maxRanges + 1)
  if (specs.length > maxRanges) return null
  const ranges: ByteRange[] = []
  let asked = false
  for (const spec of specs) {
    const text = spec.trim()
    if (text === '') continue
    const range = readSpec(text, size)
    if (range === null) return null
    asked = true
    // A suffix of nothing is satisfiable (RFC 9110 section 14.1.2), but no Content-Range tells of it.
    if (size === 0 && isSuffix(text)) return null
    if (range.start < range.end) ranges.push(range)
  }
  return asked ? joinRanges(ranges) : null
}

const UNIT = /^bytes=/i
const SPEC = /^(?:(\d+)-(\d*)|-(\d+))$/

/** One range, which is empty when it lies outside; null for what is none. */
function readSpec(text: string, size: number): ByteRange | null {
  const spec = SPEC.exec(text)
  if (spec === null) return null
  const [, first = '', last = '', suffix] = spec
  if (suffix !== undefined) return { start: Math.max(size - Number(suffix), 0), end: size }
  const start = Number(first)
  if (last === '') return { start, end: size }
  return Number(last) < start ? null : { start, end: Math.min(Number(last) + 1, size) }
}

/** Whether it asks for last bytes, of which there must be one. */
function isSuffix(text: string): boolean {
  return text.startsWith('-') && Number(text) !== 0
}

/** Apart from each other; each where the first of its ranges stood (RFC 9110 section 15.3.7.2). */
function joinRanges(ranges: readonly ByteRange[]): ByteRange[] {
  const joined: { start: number; end: number; place: number }[] = []
  const placed = ranges.map((range, place) => ({ ...range, place }))
  for (const range of placed.sort((one, other) => one.start - other.start)) {
    const before = joined.at(-1)
    if (before === undefined || range.start > before.end) joined.push(range)
    else {
      before.end = Math.max(before.end, range.end)
      before.place = Math.min(before.place, range.place)
    }
  }
  joined.sort((one, other) => one.place - other.place)
  return joined.map(({ start, end }) => ({ start, end }))
}

/**
 * The value of `Content-Range` for one range, or for none that is satisfiable.
 *
 * @example
 * contentRange({ start: 0, end: 5 }, 100) // 'bytes 0-4/100'
 */
export function contentRange(range: ByteRange | null, size: number): string {
  return range === null ? `bytes */${size}` : `bytes ${range.start}-${range.end - 1}/${size}`
}
