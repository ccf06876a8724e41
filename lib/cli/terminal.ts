/** Where a command writes, and in which colours. */

/** The colours of a stream; each function gives the text as it is where there are no colours. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

interface Output {
  readonly isTTY?: boolean
}

/** Colours for a terminal, unless `NO_COLOR` is set; `FORCE_COLOR` is for what only looks like none. */
export function paintFor(output: Output, env: NodeJS.ProcessEnv = process.env): Paint {
  const { NO_COLOR = '', FORCE_COLOR = '', TERM } = env
  const isForced = FORCE_COLOR !== '' && FORCE_COLOR !== '0'
  const isOn = NO_COLOR === '' && (isForced || (output.isTTY === true && TERM !== 'dumb'))
  const by = (code: number) => (text: string) => (isOn ? `\x1b[${code}m${text}\x1b[0m` : text)
  return {
    bold: by(CODES.bold),
    dim: by(CODES.dim),
    red: by(CODES.red),
    green: by(CODES.green),
    yellow: by(CODES.yellow),
    cyan: by(CODES.cyan),
  }
}

/** Writes what the command was asked for. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Writes about the command itself, such as where it listens. */
export function tell(text: string): void {
  process.stderr.write(`stellula: ${text}\n`)
}

/** What an app leaves open, such as a timer, keeps its process for so long after the last word. */
const LINGER_MS = 500

/** Lets what is written go out, and ends the process then. */
export function endSoon(): void {
  setTimeout(() => process.exit(), LINGER_MS).unref()
}
