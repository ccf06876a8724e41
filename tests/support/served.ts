// A program that serves, for tests that stop it from outside. Its first argument holds options; it
// tells its port, and what its lifespan goes through, line by line.
import { type ServeOptions, serve } from '../../lib/servers/node.ts'
import type { App } from '../../lib/types.ts'

interface Wanted extends ServeOptions {
  /** What the shutdown does: it ends, fails, or never ends. */
  shutdown?: 'ends' | 'fails' | 'hangs'
  /** Whether the app notices that its client was cut. */
  deaf?: boolean
  /** Whether a timer is left open. */
  timer?: boolean
}

const { shutdown, deaf, timer, ...options }: Wanted = JSON.parse(process.argv[2] ?? '{}')

const app: App = async (scope, receive, send) => {
  if (scope.type === 'lifespan') {
    await receive()
    await send({ type: 'lifespan.startup.complete' })
    await receive()
    console.log('shutdown')
    if (shutdown === 'hangs') await new Promise(() => {})
    if (shutdown === 'fails') throw new Error('no clean end')
    await send({ type: 'lifespan.shutdown.complete' })
    return
  }
  if (scope.path === '/fine') {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    await send({ type: 'http.response.body', body: Buffer.from('fine') })
    return
  }
  await send({ type: 'http.response.start', status: 200, headers: [] })
  await send({ type: 'http.response.body', body: Buffer.from('open'), moreBody: true })
  if (deaf) await new Promise(() => {})
  while ((await receive()).type !== 'http.disconnect');
  console.log('told')
}

if (timer) setInterval(() => {}, 60_000)

const server = await serve(app, { port: 0, ...options })
console.log(`port ${server.address.port}`)
