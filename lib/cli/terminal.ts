/** The output of commands, and its colours. */

/** The colours of a stream. Without colours, each function returns the text unchanged. */
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

/** Colours for a terminal, unless `NO_COLOR` is set. `FORCE_COLOR` enables them for other outputs. */
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

/** Writes the result of a command to the standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Writes a message about the command itself, such as its address, to stderr. */
export function tell(text: string): void {
  process.stderr.write(`stellula: ${text}\n`)
}

/**
 * Lets a reader close the standard output early, as `head` does: what would follow is dropped, and a server
 * goes on without its access log. Other errors, such as a full disk, end the process.
 */
export function allowEarlyClose(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** Tells why the process ends if a command is not over, but nothing is left to wait for. */
export function tellStuck(): void {
  tell('a promise of the application never settles. Check each await of its module and startup.')
}

/** How long open handles of an app, such as timers, keep the process after the command has ended. */
const LINGER_MS = 500

/** Ends the process after the output is written. */
export function endSoon(): void {
  setTimeout(() => process.exit(), LINGER_MS).unref()
}
