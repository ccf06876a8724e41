import t from 'tap'
import { clientOf, putClient, waitUntil } from '../../../lib/servers/fetch/info.ts'
import type { Address } from '../../../lib/types.ts'

const request = new globalThis.Request('http://h/')

t.test('the peer is read in the form of each runtime', async (t) => {
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

t.test('Bun is asked for the peer once, on demand', async (t) => {
  let asked = 0
  const requestIP = (): { address: string; port: number } => ({ address: '::1', port: ++asked })
  const scope = { client: null }

  putClient(scope, request, { requestIP })
  t.equal(asked, 0)
  const copy = { ...scope }
  t.same(
    [copy, scope],
    [{ client: { host: '::1', port: 1 } }, { client: { host: '::1', port: 1 } }],
  )
  t.equal(asked, 1)

  const other: { client: Address | null } = { client: null }
  putClient(other, request, { requestIP })
  other.client = { host: 'behind.example', port: 2 }
  t.equal(other.client.host, 'behind.example')
  t.equal(asked, 1)
})

t.test('a peer that is available is stored directly', async (t) => {
  const scope = { client: null }
  putClient(scope, request, { client: { host: 'a', port: 1 } })

  t.same(Object.getOwnPropertyDescriptor(scope, 'client')?.value, { host: 'a', port: 1 })
})

t.test('work is passed to the context first, then to the info', async (t) => {
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
