/** The lines of a response's head that Node would write, for heads that are put together here. */
import { STATUS_CODES } from 'node:http'
import type { HeaderList } from '../../types.ts'

const STATUS_LINES = new Map<number, string>()

export function statusLine(status: number): string {
  const known = STATUS_LINES.get(status)
  if (known !== undefined) return known
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`
  STATUS_LINES.set(status, line)
  return line
}

/**
 * Checked fields, and a Date unless they have one.
 *
 * @param further Lines to put between them.
 */
export function fieldLines(headers: HeaderList, further = ''): string {
  let lines = ''
  let dated = false
  for (let index = 0; index < headers.length; index += 2) {
    lines += `${headers[index]}: ${headers[index + 1]}\r\n`
    dated ||= headers[index] === 'date'
  }
  return dated ? lines + further : lines + further + currentDate()
}

let dateLine = ''

/** Made once a second at the most, and only while responses are sent. */
function currentDate(): string {
  if (dateLine === '') {
    const now = new Date()
    dateLine = `Date: ${now.toUTCString()}\r\n`
    const timer = setTimeout(() => {
      dateLine = ''
    }, 1000 - now.getMilliseconds())
    timer.unref()
  }
  return dateLine
}

let lastTimeout = -1
let keepAliveLines = ''

/** What Node says on a connection that stays open. */
export function keepAlive(timeoutMs: number): string {
  if (timeoutMs !== lastTimeout) {
    lastTimeout = timeoutMs
    const seconds = Math.floor(timeoutMs / 1000)
    keepAliveLines = `Connection: keep-alive\r\n${timeoutMs > 0 ? `Keep-Alive: timeout=${seconds}\r\n` : ''}`
  }
  return keepAliveLines
}
