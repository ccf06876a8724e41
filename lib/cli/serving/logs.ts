/** The access logs of `stellula serve`. */
import type { AccessLogEntry, AccessLogger } from '../../middleware/accesslog.ts'
import { type Paint, paintFor, print } from '../terminal.ts'

/** Lines for people: `12:00:00 GET /users/7 200 1.2 ms 127.0.0.1`. */
export function prettyLines(worker?: number): AccessLogger {
  const paint = paintFor(process.stdout)
  const write = (entry: AccessLogEntry): void => {
    const time = new Date().toTimeString().slice(0, 8)
    const number = worker === undefined ? '' : `[${worker}] `
    print(`${paint.dim(`${time} ${number}`.trimEnd())} ${prettyEntry(entry, paint)}`)
  }
  return { info: write, error: write }
}

/** The line for a request, without time and worker. */
export function prettyEntry(entry: AccessLogEntry, paint: Paint): string {
  const { method, path, query, status, duration, client, aborted, error } = entry
  const target = query === '' ? path : `${path}?${query}`
  const rest = [`${duration} ms`, client ?? '', aborted ? 'aborted' : ''].filter(Boolean).join(' ')
  const line = `${paint.bold(method)} ${target} ${paintStatus(status, paint)} ${paint.dim(rest)}`
  return error === undefined ? line : `${line} ${paint.red(error)}`
}

function paintStatus(status: number, { green, cyan, yellow, red }: Paint): string {
  if (status >= 500) return red(String(status))
  if (status >= 400) return yellow(String(status))
  return status >= 300 ? cyan(String(status)) : green(String(status))
}

/** Writes one JSON object per line, with its time. */
export function jsonLines(worker?: number): AccessLogger {
  const write = (entry: AccessLogEntry): void => {
    const time = new Date().toISOString()
    print(JSON.stringify({ time, ...(worker !== undefined && { worker }), ...entry }))
  }
  return { info: write, error: write }
}
