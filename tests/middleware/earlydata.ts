import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { earlyData } from '../../lib/middleware/earlydata.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'

const done = (): PlainTextResponse => new PlainTextResponse('done')
const routes = [Route('/', { get: done, post: done, delete: done })]

// RFC 8470 sections 5.1 and 5.2.
t.test('an unsafe request in early data gets 425, and a safe one passes', async (t) => {
  await using client = await testClient(Application({ routes, middleware: [earlyData()] }))

  for (const value of ['1', '1, 1', 'x']) {
    const headers = { 'early-data': value }
    t.equal((await client.get('/', { headers })).status, 200)
    t.equal((await client.post('/', { headers })).status, 425, value)
    t.equal((await client.delete('/', { headers })).status, 425)
  }
  t.equal((await client.post('/')).status, 200)
})

t.test('an application may decide by itself', async (t) => {
  const middleware = [earlyData({ allow: ({ path }) => path === '/' })]
  await using client = await testClient(Application({ routes, middleware }))

  t.equal((await client.post('/', { headers: { 'early-data': '1' } })).status, 200)
})

t.test('an invalid option is refused at once', (t) => {
  t.throws(() => earlyData({ allow: true as unknown as () => boolean }), {
    name: 'TypeError',
    message: 'earlyData: allow must be a function, true was given. Write (scope) => true.',
  })
  t.end()
})
