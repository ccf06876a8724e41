import { fileURLToPath } from 'node:url'
import t from 'tap'
import { serve } from '../../lib/servers/deno.ts'
import {
  type Served,
  start,
  testClosing,
  testLeaving,
  testRequests,
  testWebSockets,
} from '../support/onruntime.ts'
import { missing, runtimes } from '../support/runtimes.ts'

const PROGRAM = fileURLToPath(new URL('../support/fetchserving.js', import.meta.url))

t.test('elsewhere it says where to go', async (t) => {
  await t.rejects(
    serve(async () => {}),
    /^serve: this is not Deno. Import serve from "stellula\/servers\/node"/,
  )
})

t.test('on Deno', { skip: missing('deno') }, async (t) => {
  let served: Served | undefined
  const get = (): Served => {
    if (served === undefined) throw new Error('it was not started')
    return served
  }
  t.test('starts', async () => {
    const isURL = (line: string) => (line.startsWith('http') ? line : undefined)
    served = await start(t, runtimes().deno ?? '', ['run', '--allow-all', PROGRAM], isURL)
  })
  t.test('knows the client', async (t) => {
    t.match(await (await fetch(get().url)).json(), { host: '127.0.0.1' })
  })
  testRequests(t, get)
  testLeaving(t, get)
  testWebSockets(t, get)
  testClosing(t, get)
})
