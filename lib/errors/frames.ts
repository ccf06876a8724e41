/** Parses the frames of an error's stack, with the source lines around them if they can be read. */

interface SourceLine {
  readonly number: number
  readonly text: string
  /** Whether this is the line of the frame. */
  readonly marked: boolean
}

export interface Frame {
  /** As in the stack: function, file, line, column. */
  readonly place: string
  /** Empty if the source cannot be read, or is not the application's own. */
  readonly lines: readonly SourceLine[]
  /** Whether this is the innermost frame of the application's own code. */
  readonly open: boolean
  /** Whether it is a frame of Node, of a package, or of this package. */
  readonly isForeign: boolean
}

/** Returns the frames of an error's stack, innermost first. */
export function framesOf(error: unknown): Frame[] {
  const places = traceOf(error)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
  const own = places.findIndex((place) => !isForeign(place))
  return places.map((place, index) => ({
    place: place.trim(),
    lines: isForeign(place) ? [] : sourceAround(place),
    open: index === own,
    isForeign: isForeign(place),
  }))
}

/** The folder of this package, as a URL and as a path. */
const OURS = new URL('..', import.meta.url)
const FOLDERS = [OURS.href, decodeURIComponent(OURS.pathname)]

function isForeign(place: string): boolean {
  return (
    /node:|node_modules|\((?:<anonymous>|native)\)$/.test(place) ||
    FOLDERS.some((folder) => place.includes(folder))
  )
}

/**
 * Returns the stack without the message. The message may contain text of a client, which must not select
 * files to show.
 */
function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { message, stack = '' } = error
  const start = stack.indexOf(message)
  return start < 0 ? '' : stack.slice(start + message.length)
}

const CONTEXT = 4

// "at name (file:line:column)" or "at file:line:column", optionally after "async".
const PLACE = /^\s*at (?:async )?(?:.* \()?(.+?):([0-9]+):[0-9]+\)?$/

function sourceAround(place: string): SourceLine[] {
  const [, location = '', line = ''] = PLACE.exec(place) ?? []
  const source = readSource(location)
  if (source === undefined) return []
  const at = Number(line)
  const first = Math.max(at - CONTEXT, 1)
  return source
    .split('\n')
    .slice(first - 1, at + CONTEXT)
    .map((text, index) => ({ number: first + index, text, marked: first + index === at }))
}

/** Returns the file path of a path or `file:` URL, or undefined for other text. */
function fileOf(location: string): string | undefined {
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(location)) return location
  if (!location.startsWith('file:///') || !URL.canParse(location)) return undefined
  const path = decodeURIComponent(new URL(location).pathname)
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path
}

/** Reads a file by the process object, so runtimes without files can load this module. */
function readSource(location: string): string | undefined {
  try {
    const file = fileOf(location)
    if (file === undefined) return undefined
    return globalThis.process?.getBuiltinModule?.('node:fs').readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
