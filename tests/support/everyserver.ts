// Every way to run an app that this process has, behind one function.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { toFetch } from '../../lib/servers/fetch.ts'
import { toNode } from '../../lib/servers/hosted.ts'
import { serve } from '../../lib/servers/node.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'

/** Requests a path, by GET if no method is given. */
export type Get = (path: string, method?: string) => Promise<Response>

const quiet = { onError: (): void => {} }

/** Every way to run an app that this process has. */
export const SERVERS: Readonly<Record<string, (t: Test, app: App) => Promise<Get>>> = {
  testClient: async (t, app) => {
    const client = await testClient(app, { raiseServerExceptions: false })
    t.teardown(() => client.close())
    return (path, method = 'GET') => client.request(method, path)
  },
  serve: async (t, app) => {
    const server = await serve(app, { port: 0, ...quiet })
    t.teardown(() => server.close())
    return (path, method = 'GET') => fetch(new URL(path, server.url), { method })
  },
  'serve without shortcuts': async (t, app) => {
    const server = await serve(app, { port: 0, shortcuts: false, ...quiet })
    t.teardown(() => server.close())
    return (path, method = 'GET') => fetch(new URL(path, server.url), { method })
  },
  toNode: async (t, app) => {
    const node = createServer(toNode(app, quiet))
    await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', () => resolve()))
    t.teardown(() => node.close())
    const { port } = node.address() as AddressInfo
    return (path, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method })
  },
  toFetch: async (t, app) => {
    const handle = toFetch(app, quiet)
    t.teardown(() => handle.close())
    return (path, method = 'GET') =>
      handle(new globalThis.Request(`http://localhost${path}`, { method }))
  },
}
