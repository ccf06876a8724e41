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
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const places = stack.split('\n').filter((line) => /^\s+at /.test(line))
  const own = places.findIndex((place) => !/node:|node_modules/.test(place))
  return places.map((place, index) => ({
    place: place.trim(),
    lines: sourceAround(place),
    open: index === own,
  }))
}

const CONTEXT = 4

function sourceAround(place: string): SourceLine[] {
  const found = /(?:\(|at )(?:file:\/\/)?(\/[^:()]+|[A-Za-z]:[^:()]+):([0-9]+):[0-9]+\)?$/.exec(
    place,
  )
  const [, file = '', line = ''] = found ?? []
  const source = file === '' ? undefined : readSource(file)
  if (source === undefined) return []
  const at = Number(line)
  const first = Math.max(at - CONTEXT, 1)
  return source
    .split('\n')
    .slice(first - 1, at + CONTEXT)
    .map((text, index) => ({ number: first + index, text, marked: first + index === at }))
}

/** Through the process object, so that other runtimes, which have no files, can load this module. */
function readSource(file: string): string | undefined {
  try {
    return globalThis.process?.getBuiltinModule?.('node:fs').readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
