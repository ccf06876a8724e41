// The app that others are mounted in.

import { type App, Application, Mount } from 'stellula'
import { serve } from 'stellula/servers/node'
import { portOf, type Running } from '../../contender.ts'

export async function host(guest: App): Promise<Running> {
  const app = Application({ routes: [Mount('/', guest)] })
  // The process listens to its signals itself.
  const server = await serve(app, { host: '127.0.0.1', port: 0, signals: [] })
  return { port: portOf(server.address), close: () => server.close() }
}

/** The same, behind a middleware that looks at each message, as most do. */
export function hostObserved(guest: App): Promise<Running> {
  return host((scope, receive, send) => guest(scope, receive, (message) => send(message)))
}
