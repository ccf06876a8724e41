import t from 'tap'
import { proxy } from '../../lib/interop/proxy.ts'
import { Mount, Router } from '../../lib/routing.ts'
import { hostServer } from '../support/hosts.ts'
import { bodyOf, dechunked, listening, request } from '../support/sockets.ts'

t.test('sends requests on, and responses back', async (t) => {
  const { url } = await hostServer(t, (request, response) => {
    response.setHeader('x-seen', `${request.method} ${request.url}`)
    request.pipe(response)
  })
  await using upstream = proxy(`${url}/v1`, { via: 'test' })
  const app = Router([Mount('/api', upstream)])
  const { talk } = await listening(t, app)
  const received = await talk(
    request('POST /api/a%2Fb?c', ['content-length: 5', 'connection: close'], 'hello'),
  )
  t.match(received, /\r\nx-seen: POST \/v1\/a%2Fb\?c\r\n/)
  t.equal(dechunked(bodyOf(received)), 'hello')
})
