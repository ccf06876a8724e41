import type { FetchImplementation } from 'jose'
import t from 'tap'
import { KeysPaused, pausingFetch } from '../../../lib/middleware/jwt/fetching.ts'

const OPTIONS = { headers: new Headers(), method: 'GET', redirect: 'manual' } as const
const options = { ...OPTIONS, signal: new AbortController().signal }

t.test('waits longer after each failure, up to a limit', async (t) => {
  let time = 0
  let calls = 0
  let answer = (): Response => new Response('', { status: 500 })
  const fetchKeys: FetchImplementation = async () => {
    calls++
    return answer()
  }
  const fetching = pausingFetch(4_000, fetchKeys, () => time)
  const ask = (): Promise<unknown> =>
    fetching('http://keys.test/', options).then(
      ({ status }) => status,
      (error) => error,
    )

  const failures = [
    (): Response => new Response('', { status: 500 }),
    (): Response => new Response('no JSON'),
    (): Response => new Response('{"keys":7}'),
    (): Response => {
      throw new TypeError('fetch failed')
    },
  ]
  for (const [index, pause] of [1_000, 2_000, 4_000, 4_000].entries()) {
    answer = failures[index] ?? answer
    calls = 0
    await ask()
    time += pause - 1
    t.ok((await ask()) instanceof KeysPaused, `${pause} ms`)
    t.equal(calls, 1)
    time += 1
  }
  answer = () => new Response('{"keys":[]}')
  t.equal(await ask(), 200)
  answer = () => new Response('', { status: 404 })
  t.equal(await ask(), 404, 'a success begins anew')
  time += 1_000
  t.equal(await ask(), 404)
})
