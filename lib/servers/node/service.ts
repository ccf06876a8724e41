/** The values and functions that all exchanges and websockets of a server share. */
import type { App, Scope } from '../../types.ts'
import type { Ongoing } from './ongoing.ts'
import type { Site } from './scope.ts'

export interface Service {
  readonly app: App
  readonly site: Site
  readonly inFlight: {
    /** Whether connections must close after their response. */
    readonly draining: boolean
    /** Whether new websockets are refused. */
    readonly closing: boolean
    /** Counts an app that still runs after its call has returned, including background tasks. */
    begin(one: Ongoing): void
    end(one?: Ongoing): void
    /** Calls `drain` of an ongoing exchange when the server begins to close. */
    listen(one: Ongoing): void
  }
  /** Never throws. */
  readonly onError: (error: unknown, scope: Scope) => void
}

/** The settings of a server for HTTP/1.1 exchanges. */
export interface HTTPService extends Service {
  /** Whether ASGI messages, and the parts of node:http that carry them, may be skipped if no code reads them. */
  readonly shortcuts: boolean
  /** The maximum number of requests of one connection that are handled at the same time; further ones wait. */
  readonly maxPipelined: number
}
