/** Byte ranges of the `Range` field (RFC 9110 section 14). */

/** The bytes from `start` to before `end`, as for `slice`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The maximum number of ranges. Media players and document viewers request fewer, and these are cheap to
 * process.
 */
export const MAX_RANGES = 32

/**
 * Returns the byte ranges to send: in the order of the request, disjoint, within the size.
 *
 * Ranges that overlap or touch are merged, at the position of the first of them. Ranges outside of the
 * size are dropped. A suffix range of an empty file gives the whole file. A field that is invalid, has
 * another unit or too many ranges is ignored, as RFC 9110 section 14.2 allows.
 *
 * @param field The value of `Range`, or null if it is missing.
 * @param size The length of the whole content, in bytes.
 * @param maxRanges The maximum number of ranges of a field (32).
 * @returns The ranges; an empty list for "not satisfiable" (416); null to send the whole content.
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
    // A suffix of an empty file is satisfiable (RFC 9110 section 14.1.2), but has no `Content-Range`.
    if (size === 0 && isSuffix(text)) return null
    if (range.start < range.end) ranges.push(range)
  }
  return asked ? joinRanges(ranges) : null
}

const UNIT = /^bytes=/i
const SPEC = /^(?:(\d+)-(\d*)|-(\d+))$/

/** Reads one range. It is empty if it is outside the size, and null if it is invalid. */
function readSpec(text: string, size: number): ByteRange | null {
  const spec = SPEC.exec(text)
  if (spec === null) return null
  const [, first = '', last = '', suffix] = spec
  if (suffix !== undefined) return { start: Math.max(size - Number(suffix), 0), end: size }
  const start = Number(first)
  if (last === '') return { start, end: size }
  return Number(last) < start ? null : { start, end: Math.min(Number(last) + 1, size) }
}

/** Whether the range is a suffix of at least one byte. */
function isSuffix(text: string): boolean {
  return text.startsWith('-') && Number(text) !== 0
}

/** Merges ranges. A merged range has the position of its first part (RFC 9110 section 15.3.7.2). */
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
 * Returns the value of `Content-Range` for a range, or for null, which means "not satisfiable".
 *
 * @example
 * contentRange({ start: 0, end: 5 }, 100) // 'bytes 0-4/100'
 */
export function contentRange(range: ByteRange | null, size: number): string {
  return range === null ? `bytes */${size}` : `bytes ${range.start}-${range.end - 1}/${size}`
}
