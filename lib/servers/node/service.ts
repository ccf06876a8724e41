/** What all exchanges and websockets of a server share. */
import type { App, Scope } from '../../types.ts'
import type { Ongoing } from './ongoing.ts'
import type { Site } from './scope.ts'

export interface Service {
  readonly app: App
  readonly site: Site
  readonly inFlight: {
    /** Whether connections are to be closed after their response. */
    readonly draining: boolean
    /** Whether no websocket is opened any more. */
    readonly closing: boolean
    /** Told of apps that take longer than their call, background work included. */
    begin(one: Ongoing): void
    end(one?: Ongoing): void
    /** Tells one of those that go on when the server begins to close. */
    listen(one: Ongoing): void
  }
  /** Never throws. */
  readonly onError: (error: unknown, scope: Scope) => void
}
