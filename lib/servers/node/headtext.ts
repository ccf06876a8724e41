/** Builds the head of a response as text, with the lines that Node would add. */
import { STATUS_CODES } from 'node:http'
import type { HeaderList } from '../../types.ts'

const STATUS_LINES = new Map<number, string>()

function statusLine(status: number): string {
  const known = STATUS_LINES.get(status)
  if (known !== undefined) return known
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`
  STATUS_LINES.set(status, line)
  return line
}

/**
 * Returns the head of a response as text, with a Date unless the fields have one.
 *
 * @param headers Checked fields.
 * @param further Lines to insert between the fields and the date.
 */
export function headText(
  status: number,
  headers: HeaderList,
  further: string,
  end: HeadEnd,
): string {
  let text = statusLine(status)
  let isDated = false
  for (let index = 0; index < headers.length; index += 2) {
    text += `${headers[index]}: ${headers[index + 1]}\r\n`
    isDated ||= headers[index] === 'date'
  }
  if (further !== '') text += further
  return text + (isDated ? end.text : end.dated)
}

/** The end of a head: the lines that the server adds, and the empty line. */
export class HeadEnd {
  readonly text: string
  #date = ''
  #dated = ''

  constructor(lines: string) {
    this.text = `${lines}\r\n`
  }

  /** The Date line and the text. They are joined once a second. */
  get dated(): string {
    const date = currentDate()
    if (date !== this.#date) {
      this.#date = date
      this.#dated = date + this.text
    }
    return this.#dated
  }
}

/** As it was when this module was loaded: fake timers of a test, which may never fire, do not stop the date. */
const setTimer = setTimeout

let dateLine = ''

/** Returns the Date line. It is made at most once a second, and only while responses are sent. */
function currentDate(): string {
  if (dateLine === '') {
    const now = new Date()
    dateLine = `Date: ${now.toUTCString()}\r\n`
    const timer = setTimer(() => {
      dateLine = ''
    }, 1000 - now.getMilliseconds())
    timer.unref()
  }
  return dateLine
}

/**
 * Returns the lines that Node writes if the connection stays open.
 *
 * @param timeoutMs How long an idle connection is kept, in ms; 0 sets no limit.
 */
export function keepAliveLines(timeoutMs: number): string {
  const time = timeoutMs > 0 ? `Keep-Alive: timeout=${Math.floor(timeoutMs / 1000)}\r\n` : ''
  return `Connection: keep-alive\r\n${time}`
}
