/** The places in an error's stack, with the lines of source around them where they can be read. */

export interface SourceLine {
  readonly number: number
  readonly text: string
  /** Whether this is the line of the frame itself. */
  readonly marked: boolean
}

export interface Frame {
  /** As the stack names it: function, file, line, column. */
  readonly place: string
  /** Empty when the source cannot be read. */
  readonly lines: readonly SourceLine[]
  /** Whether it is the innermost frame of the application's own code. */
  readonly open: boolean
}

/** The frames of an error's stack, innermost first. */
export function framesOf(error: unknown): Frame[] {
  const places = traceOf(error)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
  const own = places.findIndex((place) => !/node:|node_modules/.test(place))
  return places.map((place, index) => ({
    place: place.trim(),
    lines: sourceAround(place),
    open: index === own,
  }))
}

/** The stack without the message: that may hold a client's text, which must not name files to show. */
function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { message, stack = '' } = error
  const start = stack.indexOf(message)
  return start < 0 ? '' : stack.slice(start + message.length)
}

const CONTEXT = 4

// "at name (file:line:column)", "at file:line:column", either behind "async".
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

/** The path of a file, from a path or a `file:` URL; undefined for what is no file. */
function fileOf(location: string): string | undefined {
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(location)) return location
  if (!location.startsWith('file:///') || !URL.canParse(location)) return undefined
  const path = decodeURIComponent(new URL(location).pathname)
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path
}

/** Through the process object, so that other runtimes, which have no files, can load this module. */
function readSource(location: string): string | undefined {
  try {
    const file = fileOf(location)
    if (file === undefined) return undefined
    return globalThis.process?.getBuiltinModule?.('node:fs').readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
