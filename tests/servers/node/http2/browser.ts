// HTTP/2 as a real browser speaks it, by requests and by websockets.
import t from 'tap'
import type { App } from '../../../../lib/types.ts'
import { noBrowser } from '../../../support/browser.ts'
import { CERTIFICATE } from '../../../support/certificate.ts'
import { answer, httpApp, listening, readAll } from '../../../support/sockets.ts'
import { openPage } from '../../../support/windows.ts'

const OPTIONS = { http2: true, tls: CERTIFICATE, lifespan: 'off' } as const

/** Answers with a page whose text is what its script finds out. */
function page(script: string): App {
  const text = `<body><script>const told = (text) => { document.body.textContent = text }
    ${script}</script>`
  return httpApp(async (_scope, _receive, send) => {
    const headers = ['content-type', 'text/html']
    await send({ type: 'http.response.start', status: 200, headers })
    await send({ type: 'http.response.body', body: Buffer.from(text) })
  })
}

t.test('a browser chooses HTTP/2', { skip: noBrowser }, async (t) => {
  const home = page(`fetch('/', { method: 'POST', body: 'abc' }).then((r) => r.text()).then(told)`)
  const app = httpApp(async (scope, receive, send) => {
    if (scope.method !== 'POST') return home(scope, receive, send)
    await answer(send, `${scope.httpVersion} ${(await readAll(receive)).byteLength}`)
  })
  const { server } = await listening(t, app, OPTIONS)

  const { page: window } = await openPage(t, `${server.url}/`)
  await window.getByText('2 3', { exact: true }).waitFor()
})

t.test(
  'a browser opens a websocket on the connection of its page',
  { skip: noBrowser },
  async (t) => {
    const home = page(`const socket = new WebSocket(location.origin.replace('http', 'ws'))
    socket.onopen = () => socket.send('hello')
    socket.onmessage = ({ data }) => told(data)`)
    const app: App = async (scope, receive, send) => {
      if (scope.type !== 'websocket') return home(scope, receive, send)
      await receive()
      await send({ type: 'websocket.accept' })
      const message = await receive()
      if (message.type !== 'websocket.receive') return
      await send({ type: 'websocket.send', text: `${scope.httpVersion} ${message.text}` })
    }
    const { server } = await listening(t, app, OPTIONS)

    const { page: window } = await openPage(t, `${server.url}/`)
    await window.getByText('2 hello', { exact: true }).waitFor()
  },
)
