/** Parses the frames of an error's stack, with the source lines around them if they can be read. */

export interface SourceLine {
  readonly number: number
  readonly text: string
  /** Whether this is the line of the frame. */
  readonly marked: boolean
}

export interface Frame {
  /** As in the stack: function, file, line, column. */
  readonly place: string
  /** Empty if the source cannot be read. */
  readonly lines: readonly SourceLine[]
  /** Whether this is the innermost frame of the application's own code. */
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

/** The stack without the message, which may contain a client's text and must not name files to show. */
function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { message, stack = '' } = error
  const start = stack.indexOf(message)
  return start < 0 ? '' : stack.slice(start + message.length)
}

const CONTEXT = 4

// "at name (file:line:column)" or "at file:line:column", perhaps after "async".
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

/** The file path of a path or `file:` URL; undefined for anything else. */
function fileOf(location: string): string | undefined {
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(location)) return location
  if (!location.startsWith('file:///') || !URL.canParse(location)) return undefined
  const path = decodeURIComponent(new URL(location).pathname)
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path
}

/** Through the process object, so that runtimes without files can load this module. */
function readSource(location: string): string | undefined {
  try {
    const file = fileOf(location)
    if (file === undefined) return undefined
    return globalThis.process?.getBuiltinModule?.('node:fs').readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
