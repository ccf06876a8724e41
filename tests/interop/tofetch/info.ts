import t from 'tap'
import { clientOf, waitUntil } from '../../../lib/interop/tofetch/info.ts'

const request = new globalThis.Request('http://h/')

t.test('the peer, as each runtime tells it', async (t) => {
  const server = {
    address: '::1',
    requestIP(given: globalThis.Request) {
      return given === request ? { address: this.address, port: 7, family: 'IPv6' } : null
    },
  }
  for (const [info, expected] of [
    [{ client: { host: 'a', port: 1 } }, { host: 'a', port: 1 }],
    [{ remoteAddr: { transport: 'tcp', hostname: 'b', port: 2 } }, { host: 'b', port: 2 }],
    [server, { host: '::1', port: 7 }],
    [{ remoteAddr: { transport: 'unix', path: '/x' } }, null],
    [{ requestIP: () => null }, null],
    [{ client: null }, null],
    [{ DATABASE: 'of mine' }, null],
    [{}, null],
    [undefined, null],
    [null, null],
    ['text', null],
  ] as const) {
    t.same(clientOf(request, info), expected)
  }
})

t.test('work goes to the context first, then to the info, and nowhere else', async (t) => {
  const taken: string[] = []
  const context = { waitUntil: () => void taken.push('context') }
  const info = {
    name: 'info',
    waitUntil() {
      taken.push(this.name)
    },
  }
  const work = Promise.resolve()

  waitUntil(work, info, context)
  waitUntil(work, info, undefined)
  waitUntil(work, undefined, {})
  waitUntil(work, { waitUntil: 'no function' }, null)

  t.same(taken, ['context', 'info'])
})
